import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { closeDevices, fetchOf, type MailDevice, mailDevice } from '../testing/mail-device.ts';
import { ownKeyring, refreshKeyring } from './own.ts';

let cloud: Cloud;
let anna: MailDevice;

beforeEach(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  anna = mailDevice(cloud);
  await anna.signUp('anna@example.org');
});
afterEach(async () => {
  closeDevices();
  await cloud.close();
});

/** Each answer with the keyring is that of now, and comes when `meanwhile` is done. */
function late(meanwhile: (call: number) => Promise<unknown>): void {
  let calls = 0;
  anna.wire.fetch = async (input, init) => {
    const answer = await fetchOf(cloud)(input, init);
    if (String(input).endsWith('/GetKeyring')) await meanwhile(calls++);
    return answer;
  };
}

test('TRU-21 an answer from before what was heard meanwhile is asked for again, and nothing is said of a roll-back', async () => {
  late(async (call) => {
    if (call > 0) return;
    await mailDevice(cloud).signIn('anna@example.org');
    await refreshKeyring(anna.ctx);
  });
  await refreshKeyring(anna.ctx);
  expect(ownKeyring(anna.store).state.devices.size).toBe(2);
  expect(anna.notices()).not.toContain('keyringRolledBack');
});

test('TRU-21 a cloud that gives an older keyring, and has given no newer one meanwhile, has rolled it back', async () => {
  let old: Uint8Array<ArrayBuffer> | null = null;
  anna.wire.fetch = async (input, init) => {
    const answer = await fetchOf(cloud)(input, init);
    if (!String(input).endsWith('/GetKeyring')) return answer;
    const bytes = new Uint8Array(await answer.arrayBuffer());
    old ??= bytes;
    return new Response(old, { status: answer.status, headers: answer.headers });
  };
  await refreshKeyring(anna.ctx);
  const { fetch } = anna.wire;
  anna.wire.fetch = fetchOf(cloud);
  await mailDevice(cloud).signIn('anna@example.org');
  await refreshKeyring(anna.ctx);
  anna.wire.fetch = fetch;
  await expect(refreshKeyring(anna.ctx)).rejects.toThrow('were seen before');
  expect(anna.notices()).toContain('keyringRolledBack');
});
