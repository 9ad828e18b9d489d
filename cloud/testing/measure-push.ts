/**
 * Measures durable pushes and a first sync through `cloud.fetch`, on a database file. Not a test: run it by hand.
 *
 *     node cloud/testing/measure-push.ts [records]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Zone } from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { createCloud } from '../app.ts';
import { random, signUp } from './person.ts';

const total = Number(process.argv[2] ?? '100000');
const dataDir = mkdtempSync(join(tmpdir(), 'lockstep-measure-'));
const cloud = await createCloud({ dataDir, registration: 'open' });
const anna = await signUp(cloud, 'anna@example.org');
const rate = (count: number, started: number) => Math.round(count / ((performance.now() - started) / 1000));

let started = performance.now();
for (let at = 0; at < total; at += 400) {
  const operations = Array.from({ length: Math.min(400, total - at) }, (_, i) => ({
    op: {
      case: 'put' as const,
      value: { id: random(16), epoch: 1, hint: 20_000 + Math.floor((at + i) / 100), ct: random(300) },
    },
  }));
  await anna.zone.push({ zone: Zone.MESSAGES, generation: 1, operations });
}
console.log(`push: ${rate(total, started)} records/s, durable`);

started = performance.now();
const { backfillCursor, token } = await anna.zone.openZone({ zone: Zone.MESSAGES });
let cursor = backfillCursor;
let count = 0;
for (;;) {
  const page = await anna.zone.backfill({ zone: Zone.MESSAGES, cursor });
  count += page.records.length;
  cursor = page.cursor;
  if (!page.more) break;
}
console.log(`first sync: ${rate(count, started)} records/s (${count})`);

started = performance.now();
for (let i = 0; i < 200; i++) await anna.zone.changes({ zone: Zone.MESSAGES, token });
console.log(`empty pull: ${((performance.now() - started) / 200).toFixed(2)} ms`);

started = performance.now();
for (let i = 0; i < 300; i++) {
  await anna.mailbox.send({
    sendId: random(16),
    content: random(300),
    recipients: [{ accountId: anna.person.accountId, epoch: 1, suite: 1, sealedKey: random(80) }],
  });
}
console.log(`send: ${((performance.now() - started) / 300).toFixed(2)} ms`);
await cloud.close();
rmSync(dataDir, { recursive: true });
