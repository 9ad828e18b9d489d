/**
 * Fills a cloud's folder: one account, made by a real device, and its history, sealed with that account's keys and pushed over the wire as a
 * device would push it. Writes `account.json` beside it: what the measurements need to know of it.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getIdentity } from '../../electron/store/identity.ts';
import { getEpochKey } from '../../electron/store/keyring.ts';
import { createCloudClient } from '../../electron/sync/network/cloud-client.ts';
import { idKey, zoneKey } from '../../shared/crypto/epoch-keys.ts';
import { systemRandom } from '../../shared/crypto/random.ts';
import { sealRecord } from '../../shared/crypto/records.ts';
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import { Zone } from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { finish, input } from '../support/child.ts';
import { startCloud } from '../support/cloud.ts';
import { atRest, startDevice } from '../support/device.ts';
import { ACCOUNT_FILE, type Account } from './account.ts';
import { history } from './history.ts';

const MOST = 400;
const LARGEST = 1_900_000;

const { folder, count } = input<{ folder: string; count: number }>();
await sodiumReady();
const cloud = await startCloud(folder);
const handle = 'anna@example.org';
const device = await startDevice();
await device.signUp(cloud.url, handle);
await device.until(atRest);
const identity = getIdentity(device.store)!;
const epochKey = getEpochKey(device.store, 1)!;
await device.stop();

const zones = createCloudClient({ fetch, url: cloud.url, token: identity.sessionToken }).zones;
const key = zoneKey(epochKey, Zone.MESSAGES);
const past = history(identity.accountId, idKey(epochKey, Zone.MESSAGES, 1), count);

type Operation = {
  op: { case: 'put'; value: { id: Uint8Array; epoch: number; hint: number; ct: Uint8Array } };
};
let batch: Operation[] = [];
let bytes = 0;
let cipherBytes = 0;
const push = async () => {
  const { results } = await zones.push({ zone: Zone.MESSAGES, generation: 1, operations: batch });
  if (results.some(({ result }) => result.case !== 'ok')) throw new Error('The cloud refused a record.');
  batch = [];
  bytes = 0;
};
for (const record of past.records()) {
  const place = { zoneKey: key, zone: Zone.MESSAGES, generation: 1, id: record.id, rev: 1, epoch: 1 };
  const ct = sealRecord({ ...place, plaintext: record.bytes, random: systemRandom });
  if (batch.length === MOST || bytes + ct.length > LARGEST) await push();
  batch.push({ op: { case: 'put', value: { id: record.id, epoch: 1, hint: record.hint, ct } } });
  bytes += ct.length;
  cipherBytes += ct.length;
}
await push();
await cloud.stop();

const account: Account = {
  handle,
  count,
  conversations: past.conversations.length,
  accountId: Buffer.from(identity.accountId).toString('hex'),
  zoneKey: Buffer.from(key).toString('hex'),
  newest200Ms: past.messageAt(Math.max(0, count - 200)),
};
writeFileSync(join(folder, ACCOUNT_FILE), JSON.stringify(account));
finish({ cipherMb: cipherBytes / 1e6 });
