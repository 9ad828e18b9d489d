import { afterEach, expect, test } from 'vitest';
import { getMailCursor, setMailCursor } from '../../store/mail.ts';
import { messagesOf, type Row } from './ledger.ts';
import { noteAcknowledged, putBack } from './put-back.ts';
import { type Actor, openStage, type Stage } from './stage.ts';

const open: Stage[] = [];
afterEach(async () => {
  for (const stage of open.splice(0)) await stage.close();
});

/**
 * Anna writes after Bob's device was copied, with its switch on or off; it gets that, and is put back to the copy. `unacknowledged`: of something
 * else that came since the cloud does not know yet that this device has it.
 */
async function putBackAfterMail(
  on: boolean,
  unacknowledged = false,
): Promise<{ stage: Stage; bob: Actor; late: Row }> {
  const stage = await openStage({ seed: 300_001 });
  open.push(stage);
  const [anna] = stage.of('anna') as [Actor];
  const [bob] = stage.of('bob') as [Actor];
  stage.does(bob, 'turns the switch', () =>
    bob.device.execute('setSwitch', on ? { on, deletedHere: 'bringBack' } : { on, everywhere: false }),
  );
  await stage.world.run(60_000);
  await bob.device.stop();
  const copy = bob.device.copy();
  bob.device.start();
  const conversationId = stage.conversations[0] as string;
  stage.does(anna, 'writes', () =>
    anna.device.execute('send', { conversationId, text: 'anna1 late', replyTo: null }),
  );
  await stage.world.run(60_000);
  const rows = messagesOf(bob.device);
  for (const row of rows) stage.ledger.saw('bob', bob.name, row);
  const late = rows.find(({ text }) => text === 'anna1 late');
  if (late === undefined) throw new Error('It did not come.');
  if (unacknowledged) {
    noteAcknowledged(bob, bob.device.store);
    const { stored } = getMailCursor(bob.device.store);
    setMailCursor(bob.device.store, { stored: stored + 1 });
  }
  await bob.device.stop();
  putBack(stage, bob, copy);
  return { stage, bob, late };
}

test('SIM-3 what a device without a zone had is gone from it when it is put back to before, until it has it again', async () => {
  const { stage, bob, late } = await putBackAfterMail(false);
  expect(stage.ledger.hasForgotten(late.guid, bob.name)).toBe(true);
  for (const { guid } of bob.device.look((store) => messagesOf({ store })))
    expect(stage.ledger.hasForgotten(guid, bob.name)).toBe(false);
  // That it ever had it stays known.
  expect(stage.ledger.had.get(late.guid)).toContain(bob.name);
  stage.ledger.saw('bob', bob.name, late);
  expect(stage.ledger.hasForgotten(late.guid, bob.name)).toBe(false);
});

test('SIM-3 what was acknowledged before is gone with it too where something else is not acknowledged yet', async () => {
  const { stage, bob, late } = await putBackAfterMail(false, true);
  expect(stage.ledger.hasForgotten(late.guid, bob.name)).toBe(true);
});

test('SIM-3 what the zone has is gone from no device that is put back', async () => {
  const { stage, bob, late } = await putBackAfterMail(true);
  expect(stage.ledger.hasForgotten(late.guid, bob.name)).toBe(false);
  // But a zone that is purged gives nothing back.
  stage.ledger.purged.bob = true;
  expect(stage.ledger.hasForgotten(late.guid, bob.name)).toBe(true);
});
