/** The thin thread through the whole cloud: what two people and three devices do on their first day. */
import { expect, test } from 'vitest';
import { Zone } from '../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { createCloud } from './app.ts';
import { codeOf } from './testing/clients.ts';
import { addDevice, random, removal, signUp } from './testing/person.ts';

test('two people, three devices, one history', async () => {
  const cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  const anna = await signUp(cloud, 'anna@example.org');
  const bob = await signUp(cloud, 'bob@example.org');
  const anna2 = await addDevice(cloud, anna.person);

  const found = await bob.account.lookUp({ by: { case: 'handle', value: 'Anna@Example.org' } });
  expect(found.keyring?.accountId).toEqual(anna.person.accountId);
  expect(found.keyring?.log.length).toBe(3);

  const open = await anna.zone.openZone({ zone: Zone.MESSAGES });
  const pushed = await anna.zone.push({
    zone: Zone.MESSAGES,
    generation: 1,
    operations: [{ op: { case: 'put', value: { id: random(16), epoch: 1, hint: 20_000, ct: random(300) } } }],
  });
  expect(pushed.results[0]?.result).toMatchObject({ case: 'ok', value: { seq: 1n, rev: 1 } });
  const pulled = await anna2.zone.changes({ zone: Zone.MESSAGES, token: open.token });
  expect(pulled.records.length).toBe(1);
  expect(pulled.more).toBe(false);

  const sent = await bob.mailbox.send({
    sendId: random(16),
    content: random(200),
    recipients: [anna, bob].map(({ person }) => ({
      accountId: person.accountId,
      epoch: 1,
      suite: 1,
      sealedKey: random(80),
    })),
  });
  expect(sent.result.case).toBe('accepted');
  const received = await anna2.mailbox.receive({ after: 0n });
  expect(received.envelopes.length).toBe(1);

  const { request } = await removal(anna, anna2.keys.deviceId);
  await anna.account.updateKeyring(request);
  expect(await codeOf(anna2.account.getKeyring({}))).toBe('SESSION_REVOKED');
  await cloud.close();
});
