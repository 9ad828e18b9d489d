import { afterAll, afterEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { newPayload } from '../../../shared/model/payload.ts';
import { encodePayload } from '../../../shared/model/payload-codec.ts';
import { Zone } from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { KIND } from '../../store/values.ts';
import { createCloudClient } from '../network/cloud-client.ts';
import { CLOUD_URL, fetchOf, firstDevice, removeFolders, type ZoneDevice } from '../testing/zone-device.ts';
import { CONVERSATION_HINT, hintOf, OTHER_HINT } from './hint.ts';

await sodiumReady();
afterAll(removeFolders);

let cloud: Cloud | undefined;
const devices: ZoneDevice[] = [];
afterEach(async () => {
  for (const device of devices.splice(0)) await device.stop();
  await cloud?.close();
  cloud = undefined;
});

test('SYN-60 what is put says outside whether it is a conversation, something else, or the day of a message', async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  const one = await firstDevice(cloud, 'anna@example.org');
  devices.push(one);
  const day = 19_700;
  one.message('in the morning', day * 86_400_000 + 1000);
  one.message('in the evening', (day + 1) * 86_400_000 - 1000);
  one.core.start();
  await one.settled();
  // A reading state.
  await one.core.execute({ name: 'setDraft', input: { conversationId: '07'.repeat(16), text: 'not yet' } });
  await one.settled();
  const token = one.store.get<{ session_token: string }>('SELECT session_token FROM identity')!.session_token;
  const { zones } = createCloudClient({ fetch: fetchOf(cloud), url: CLOUD_URL, token });
  const { state, backfillCursor } = await zones.openZone({ zone: Zone.MESSAGES });
  expect(state).toMatchObject({ records: 4n, conversations: 1n, readings: 1n });
  const { records } = await zones.backfill({ zone: Zone.MESSAGES, cursor: backfillCursor });
  expect(records.map(({ hint }) => hint)).toEqual([CONVERSATION_HINT, OTHER_HINT, day, day]);
});

test('SYN-60 a kind that only a newer version knows is no message, and what waits for its message is one of today', () => {
  expect(hintOf(77, encodePayload(newPayload(77)), 0)).toBe(OTHER_HINT);
  const withoutCore = encodePayload(newPayload(KIND.message));
  expect(hintOf(KIND.message, withoutCore, 5 * 86_400_000 + 1)).toBe(5);
});
