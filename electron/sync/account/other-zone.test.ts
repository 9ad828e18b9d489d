/** Records of another account's zone, put into this one's by the cloud. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import {
  type ChangesResponse,
  ChangesResponseSchema,
  PushRequestSchema,
  type Put,
  RecordSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { listNotices } from '../../store/notices.ts';
import type { Fetch } from '../network/cloud-client.ts';
import { tamperStream } from '../testing/tamper.ts';
import { fetchOf, firstDevice, nextDevice, removeFolders, type ZoneDevice } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

const T = 1_700_000_000_000;
let cloud: Cloud;
const devices: ZoneDevice[] = [];
beforeEach(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.stop();
  await cloud.close();
});

test("TRU-18 another account's record in the own zone is refused and said, and replaces nothing", async () => {
  const real = fetchOf(cloud);
  const pushed: Put[] = [];
  const listening: Fetch = async (input, init) => {
    const request = new Request(input, init);
    if (request.url.endsWith('/Push')) {
      const push = fromBinary(PushRequestSchema, new Uint8Array(await request.clone().arrayBuffer()));
      for (const { op } of push.operations) if (op.case === 'put') pushed.push(op.value);
    }
    return real(request);
  };
  let mixIn = false;
  const mixing: Fetch = async (input, init) => {
    const request = new Request(input, init);
    const answer = await real(request);
    const mix = (changes: ChangesResponse) => {
      const seq = changes.records.at(-1)?.seq ?? 1n;
      for (const { id, ct, epoch, hint } of pushed.filter((put) => put.hint < 0xffff_fffe))
        changes.records.push(create(RecordSchema, { id, ct, epoch, hint, seq, rev: 1 }));
    };
    if (request.url.endsWith('/Watch'))
      return tamperStream(answer, ({ poke }) => {
        if (mixIn && poke.case === 'zone' && poke.value.changes !== undefined) mix(poke.value.changes);
      });
    if (!mixIn || !request.url.endsWith('/Changes') || !answer.ok) return answer;
    const changes = fromBinary(ChangesResponseSchema, new Uint8Array(await answer.arrayBuffer()));
    mix(changes);
    return new Response(toBinary(ChangesResponseSchema, changes), {
      headers: { 'content-type': 'application/proto' },
    });
  };
  const eve = await firstDevice(cloud, 'eve@example.org', { fetch: listening });
  const anna = await firstDevice(cloud, 'anna@example.org', { fetch: mixing });
  devices.push(eve, anna);
  eve.message('of Eve', T);
  anna.message('of Anna', T);
  eve.core.start();
  anna.core.start();
  await eve.settled();
  await anna.settled();
  const tablet = await nextDevice(cloud, anna.person);
  devices.push(tablet);
  tablet.core.start();
  await tablet.settled();
  expect(pushed.length).toBeGreaterThan(0);
  mixIn = true;
  tablet.message('occasion', T + 1000);
  await tablet.core.execute({ name: 'syncNow', input: null });
  await anna.until(
    () => listNotices(anna.store).some(({ detail }) => detail['why'] === 'not_authentic'),
    'the notice',
  );
  expect(anna.texts()).toContain('of Anna');
  expect(anna.texts()).not.toContain('of Eve');
});
