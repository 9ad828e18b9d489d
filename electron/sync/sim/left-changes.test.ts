import { afterEach, expect, test } from 'vitest';
import { leaves } from './acts-switch.ts';
import { textsAgree } from './checks.ts';
import { messagesOf } from './ledger.ts';
import { type Actor, openStage, type Stage } from './stage.ts';

const open: Stage[] = [];
afterEach(async () => {
  for (const stage of open.splice(0)) await stage.close();
});

/** What it pushes reaches the cloud. */
function sendsNothing({ far }: Actor): void {
  const fetch = far.fetch.bind(far);
  far.fetch = (request) =>
    request.url.endsWith('/Send') ? Promise.reject(new TypeError('fetch failed')) : fetch(request);
}

/** Anna changes a message on a device whose pushes reach the cloud, and what it sends does not. */
async function changesHalfway(what: 'edit' | 'unsend'): Promise<{ stage: Stage; one: Actor; other: Actor }> {
  const stage = await openStage({ seed: 1 });
  open.push(stage);
  const [one, other] = stage.of('anna') as [Actor, Actor];
  await stage.world.run(60_000);
  sendsNothing(other);
  const { id, text } = messagesOf(other.device).find(({ mine }) => mine) as { id: string; text: string };
  stage.does(other, what, () =>
    what === 'edit'
      ? other.device.execute('edit', { id, text: `${text} (1)` })
      : other.device.execute('unsend', { id }),
  );
  await stage.world.run(60_000);
  return { stage, one, other };
}

const removes = async (stage: Stage, one: Actor, gone: Actor): Promise<void> => {
  void leaves(stage, one, gone);
  await stage.world.run(60_000);
};

test.each(['edit', 'unsend'] as const)(
  'SIM-49 an %s that its device sends no more, since it was removed, is not with the other person, and nobody asks for it',
  async (what) => {
    const { stage, one, other } = await changesHalfway(what);
    expect(textsAgree(stage)).toEqual([expect.stringContaining('SIM-49')]);
    await removes(stage, one, other);
    expect(textsAgree(stage)).toEqual([]);
    // Also once its place is taken by a new one.
    expect(await stage.retire()).toBe(true);
    expect(textsAgree(stage)).toEqual([]);
  },
);

test('SIM-49 what another device has changed since is with the other person, or missed', async () => {
  const { stage, one, other } = await changesHalfway('edit');
  await removes(stage, one, other);
  sendsNothing(one);
  const { id } = messagesOf(one.device).find(({ text }) => text.endsWith(' (1)')) as { id: string };
  stage.does(one, 'edits', () => one.device.execute('edit', { id, text: 'once more (2)' }));
  await stage.world.run(60_000);
  expect(textsAgree(stage)).toEqual([expect.stringContaining('once more (2)')]);
});
