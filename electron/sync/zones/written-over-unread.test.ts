/** What the cloud has of a message and this device cannot read is not written over by what this device has. */
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { fromHex } from '../../../shared/crypto/bytes.ts';
import { zoneKey } from '../../../shared/crypto/epoch-keys.ts';
import { systemRandom } from '../../../shared/crypto/random.ts';
import { sealRecord } from '../../../shared/crypto/records.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { newPayload, setRegister } from '../../../shared/model/payload.ts';
import { reactionValue } from '../../../shared/model/values.ts';
import { Zone } from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { MessageField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { messagesToUpload } from '../../store/bases.ts';
import { dirtyCount } from '../../store/dirty.ts';
import { getIdentity } from '../../store/identity.ts';
import { putMerged, recordRow } from '../../store/records.ts';
import { createCloudClient } from '../network/cloud-client.ts';
import { settled } from '../testing/two-devices.ts';
import { fetchOf, firstDevice, removeFolders, type ZoneDevice } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);
let cloud: Cloud;
const devices: ZoneDevice[] = [];
beforeEach(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.stop();
  await cloud.close();
});

async function scene() {
  const one = await firstDevice(cloud, 'anna@example.org');
  devices.push(one);
  const hex = one.message('kept', 1_700_000_000_000);
  const id = fromHex(hex);
  one.core.start();
  await one.settled();
  expect(messagesToUpload(one.store)).toBe(0);
  const { cloudUrl: url, sessionToken: token } = getIdentity(one.store)!;
  const client = createCloudClient({ fetch: fetchOf(cloud), url, token });
  /** An app that writes what this one does not read. `epochKey`: another key than the account's, as for a record that was damaged. */
  const other = async (baseRev: number, epochKey = one.person.epochKey) => {
    const ct = sealRecord({
      zoneKey: zoneKey(epochKey, 2),
      zone: 2,
      generation: 1,
      id,
      rev: baseRev + 1,
      epoch: 1,
      plaintext: new Uint8Array(300).fill(255),
      schema: 1,
      random: systemRandom,
    });
    const answer = await client.zones.push({
      zone: Zone.MESSAGES,
      generation: 1,
      operations: [
        { op: { case: 'put', value: { id, baseRev, epoch: 1, hint: 0, ct, blobs: [], namesBlobs: true } } },
      ],
    });
    expect(answer.results[0]?.result.case).toBe('ok');
  };
  const atCloud = async () => {
    const { records } = await client.zones.fetch({ zone: Zone.MESSAGES, ids: [id] });
    return records[0]?.rev;
  };
  const comesByMail = async (emoji: string, stamp: bigint) => {
    const value = reactionValue(emoji);
    const payload = setRegister(
      newPayload(1),
      MessageField.REACTION,
      new Uint8Array(16).fill(9),
      stamp,
      new Uint8Array(16).fill(8),
      value,
    );
    putMerged(one.store, 'messages', id, payload, { dirty: true });
    await one.core.execute({ name: 'syncNow', input: null });
    for (let i = 0; i < 400 && dirtyCount(one.store, 'messages') > 0; i += 1)
      await new Promise((resolve) => setTimeout(resolve, 10));
    await one.settled();
  };
  return { one, id, other, atCloud, comesByMail };
}

test('SYN-162 of a message that was read before: what comes for it waits', async () => {
  const { one, id, other, atCloud, comesByMail } = await scene();
  await other(1);
  await settled(one);
  expect(recordRow(one.store, 'messages', id)?.rev).toBe(2);
  await comesByMail('👍', 5n);
  expect(await atCloud()).toBe(2);
});

test('SYN-162 SYN-161 nor of one of which nothing was ever read here, whatever comes for it', async () => {
  const { one, id, other, atCloud, comesByMail } = await scene();
  await other(1);
  await settled(one);
  // As on a device that came later.
  one.store.write(() => one.store.run('DELETE FROM message WHERE id = ?', id));
  one.store.write(() => one.store.run('UPDATE record SET payload = NULL WHERE id = ?', id));
  await comesByMail('👍', 5n);
  expect(await atCloud()).toBe(2);
  await comesByMail('👎', 6n);
  expect(await atCloud()).toBe(2);
});

test('SYN-162 what does not open at all is nobody’s: what this device has takes its place, and the others have the message again', async () => {
  const { one, other, atCloud, comesByMail } = await scene();
  await other(1, new Uint8Array(32).fill(7));
  await settled(one);
  await comesByMail('👍', 5n);
  expect(await atCloud()).toBe(3);
});
