import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  NotDeliveredReason,
  type SendResponse,
} from '../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import { type Cloud, createCloud } from '../app.ts';
import { databaseFile } from '../storage/database.ts';
import { codeOf, errorOf } from '../testing/clients.ts';
import { addDevice, random, removal, signUp, type TestDevice } from '../testing/person.ts';
import { manualTimers } from '../testing/timers.ts';

let now = 1_800_000_000_000;
let cloud: Cloud;
let anna: TestDevice;
let bob: TestDevice;
beforeEach(async () => {
  now = 1_800_000_000_000;
  cloud = await createCloud({
    dataDir: ':memory:',
    registration: 'open',
    clock: { now: () => now },
    mailboxLimits: { mailboxEntries: 20, mailboxBytes: 10_000 },
  });
  anna = await signUp(cloud, 'anna@example.org');
  bob = await signUp(cloud, 'bob@example.org');
});
afterEach(() => cloud.close());

const to = (accountId: Uint8Array, epoch = 1) => ({ accountId, epoch, suite: 1, sealedKey: random(80) });
const message = (...recipients: { person: { accountId: Uint8Array } }[]) => ({
  sendId: random(16),
  content: random(100),
  recipients: recipients.map(({ person }) => to(person.accountId)),
});
const accepted = (response: SendResponse) => {
  if (response.result.case !== 'accepted') throw new Error(`not accepted: ${response.result.case}`);
  return response.result.value;
};
const inbox = async (who: TestDevice, after = 0) =>
  (await who.mailbox.receive({ after: BigInt(after) })).envelopes;

test('MBX-1 the same send again gets the first answer and delivers once', async () => {
  const sent = message(anna, bob);
  const first = await bob.mailbox.send(sent);
  now += 5_000;
  expect(await bob.mailbox.send(sent)).toEqual(first);
  expect((await inbox(anna)).length).toBe(1);
  expect(await codeOf(bob.mailbox.send({ ...sent, content: random(100) }))).toBe('SEND_ID_REUSED');
  expect(await codeOf(bob.mailbox.send({ ...sent, recipients: sent.recipients.slice(1) }))).toBe(
    'SEND_ID_REUSED',
  );
  // Another account may use the same id.
  accepted(await anna.mailbox.send(sent));
  expect((await inbox(anna)).length).toBe(2);
});

test('MBX-1 an answer is remembered for 30 days', async () => {
  const sent = message(anna);
  const first = accepted(await bob.mailbox.send(sent));
  now += 30 * 24 * 3_600_000 - 1;
  await bob.mailbox.send(message(anna));
  expect(accepted(await bob.mailbox.send(sent)).acceptedMs).toBe(first.acceptedMs);
  now += 2;
  await bob.mailbox.send(message(anna));
  expect(accepted(await bob.mailbox.send(sent)).acceptedMs).not.toBe(first.acceptedMs);
});

/** How many sends a cloud in memory remembers. */
const remembered = (of: Cloud): number => {
  const sqlite = new Sqlite(Buffer.from(of.image().database));
  const count = sqlite.prepare('SELECT count(*) FROM send').pluck().get() as number;
  sqlite.close();
  return count;
};

test('MBX-1 what is old enough is forgotten by itself: at any call, at the start, and while nobody asks for anything', async () => {
  for (const how of ['a call', 'a start', 'a timer'] as const) {
    const { timers, run } = manualTimers();
    const options = { dataDir: ':memory:', registration: 'open' as const, clock: { now: () => now } };
    let quiet = await createCloud({ ...options, timers });
    const carol = await signUp(quiet, 'carol@example.org');
    for (let i = 0; i < 3; i++) await carol.mailbox.send(message(carol));
    now += 30 * 24 * 3_600_000;
    await carol.mailbox.receive({});
    run(1);
    expect([how, remembered(quiet)]).toEqual([how, 3]);
    now += 1;
    if (how === 'a call') await carol.mailbox.receive({});
    if (how === 'a timer') run(5);
    if (how === 'a start') {
      const image = quiet.image();
      await quiet.close();
      quiet = await createCloud({ ...options, image });
    }
    expect([how, remembered(quiet)]).toEqual([how, 0]);
    await quiet.close();
  }
});

test('MBX-1 a cloud that is full of what it remembers forgets it at its time, and takes sends again', async () => {
  const full = await createCloud({
    dataDir: ':memory:',
    registration: 'open',
    clock: { now: () => now },
    largestDatabaseBytes: 600_000,
  });
  const carol = await signUp(full, 'carol@example.org');
  const toMany = () => ({
    ...message(),
    recipients: Array.from({ length: 256 }, () => ({ ...to(random(16)), sealedKey: random(1) })),
  });
  let refused: string | undefined;
  for (let i = 0; i < 200 && refused === undefined; i++)
    refused = await carol.mailbox.send(toMany()).then(
      () => undefined,
      () => codeOf(carol.mailbox.send(toMany())),
    );
  expect(refused).toBe('UNAVAILABLE');
  now += 30 * 24 * 3_600_000 + 1;
  accepted(await carol.mailbox.send(toMany()));
  expect(remembered(full)).toBe(1);
  await full.close();
});

test('MBX-10 what an account has the cloud remember is limited by its bytes, whomever it reaches', async () => {
  const strict = await createCloud({
    dataDir: ':memory:',
    registration: 'open',
    clock: { now: () => now },
    rates: { rememberedPerAccount: { burst: 15_000, perSecond: 100 } },
  });
  const carol = await signUp(strict, 'carol@example.org');
  const dave = await signUp(strict, 'dave@example.org');
  // Each is remembered with all whom it did not reach, 22 bytes a person.
  const strangers = () => Array.from({ length: 255 }, () => to(random(16)));
  const toMany = (...reached: TestDevice[]) => {
    const sent = message(...reached);
    return { ...sent, recipients: [...sent.recipients, ...strangers()] };
  };
  const first = toMany(carol);
  const answer = await carol.mailbox.send(first);
  accepted(await carol.mailbox.send(toMany()));
  const third = toMany(carol);
  const refusal = await errorOf(carol.mailbox.send(third));
  expect([refusal.name, remembered(strict), (await inbox(carol)).length]).toEqual(['RATE_LIMITED', 2, 1]);
  // What is known, what is small, and what others send goes on.
  expect(await carol.mailbox.send(first)).toEqual(answer);
  accepted(await carol.mailbox.send(message(carol, dave)));
  accepted(await dave.mailbox.send(toMany(dave)));
  now += Number(refusal.retryAfterMs) + 2_000;
  accepted(await carol.mailbox.send(third));
  await strict.close();
});

test('MBX-2 one time for all, strictly rising in every mailbox, even when the clock stands still or goes back', async () => {
  const carol = await signUp(cloud, 'carol@example.org');
  const times: bigint[] = [];
  for (const [back, recipients] of [
    [0, [anna]],
    [0, [anna, bob]],
    [60_000, [bob, carol]],
    [0, [carol, anna]],
  ] as const) {
    now -= back;
    times.push(accepted(await bob.mailbox.send(message(...recipients))).acceptedMs);
  }
  expect(times).toEqual([0n, 1n, 2n, 3n].map((n) => 1_800_000_000_000n + n));
  for (const who of [anna, bob, carol]) {
    const envelopes = await inbox(who);
    const order = envelopes.map((envelope) => envelope.acceptedMs);
    expect(order).toEqual([...new Set(order)].sort());
    expect(envelopes.map((envelope) => Number(envelope.position))).toEqual(envelopes.map((_, i) => i + 1));
  }
});

test('MBX-3 a recipient whose epoch moved on: nothing is delivered, and the same send_id serves again', async () => {
  const second = await addDevice(cloud, anna.person);
  await anna.account.updateKeyring((await removal(anna, second.keys.deviceId)).request);
  const sent = message(anna, bob);
  const stale = await bob.mailbox.send(sent);
  if (stale.result.case !== 'epochStale') throw new Error('expected to be stale');
  expect(stale.result.value.accountIds).toEqual([anna.person.accountId]);
  expect([...(await inbox(anna)), ...(await inbox(bob))]).toEqual([]);
  const anew = { ...sent, recipients: [to(anna.person.accountId, 2), to(bob.person.accountId, 1)] };
  accepted(await bob.mailbox.send(anew));
  expect((await inbox(anna))[0]).toMatchObject({
    epoch: 2,
    senderAccountId: bob.person.accountId,
    sendId: sent.sendId,
  });
});

test('MBX-4 a full mailbox and an unknown account are named, the others get the message', async () => {
  for (let i = 0; i < 20; i++) await bob.mailbox.send(message(anna));
  const stranger = random(16);
  const sent = message(anna, bob);
  const response = accepted(
    await bob.mailbox.send({ ...sent, recipients: [...sent.recipients, to(stranger)] }),
  );
  expect(response.notDelivered.map(({ accountId, reason }) => [accountId, reason])).toEqual([
    [anna.person.accountId, NotDeliveredReason.MAILBOX_FULL],
    [stranger, NotDeliveredReason.NO_ACCOUNT],
  ]);
  expect((await inbox(bob)).length).toBe(1);
  expect((await inbox(anna)).length).toBe(20);
  await anna.mailbox.acknowledge({ position: 1n });
  expect(accepted(await bob.mailbox.send(message(anna))).notDelivered).toEqual([]);

  await anna.mailbox.acknowledge({ position: 21n });
  const large = { ...message(anna), content: random(9_921) };
  expect(accepted(await bob.mailbox.send(large)).notDelivered.length).toBe(1);
  expect(
    accepted(await bob.mailbox.send({ ...large, sendId: random(16), content: random(9_920) })).notDelivered,
  ).toEqual([]);
});

test('MBX-5 an entry goes when every device with a cursor has it, and comes to nobody twice', async () => {
  const second = await addDevice(cloud, anna.person);
  for (let i = 0; i < 3; i++) await bob.mailbox.send(message(anna));
  await anna.mailbox.acknowledge({ position: 3n });
  expect((await inbox(second)).length).toBe(3);
  expect((await inbox(anna)).length).toBe(3);
  await second.mailbox.acknowledge({ position: 2n });
  expect((await inbox(second)).map((envelope) => envelope.position)).toEqual([3n]);
  // Removing the device that lagged behind frees what it held.
  await anna.account.updateKeyring((await removal(anna, second.keys.deviceId)).request);
  expect(await inbox(anna)).toEqual([]);
  expect(await anna.mailbox.receive({ after: 3n })).toMatchObject({ head: 3n, cursor: 3n, more: false });
});

test('MBX-6 what waited while the only device was dead is read on the next one', async () => {
  await bob.mailbox.send(message(anna));
  await anna.mailbox.acknowledge({ position: 1n });
  const waiting = message(anna);
  await bob.mailbox.send(waiting);
  const next = await addDevice(cloud, anna.person);
  const page = await next.mailbox.receive({ after: 0n });
  expect(page).toMatchObject({ cursor: 1n, head: 2n });
  expect(page.envelopes.map((envelope) => envelope.sendId)).toEqual([waiting.sendId]);
});

test('MBX-5 without any device everything is kept', async () => {
  await anna.account.signOut({});
  const waiting = message(anna);
  await bob.mailbox.send(waiting);
  const next = await addDevice(cloud, anna.person);
  expect((await inbox(next)).map((envelope) => envelope.sendId)).toEqual([waiting.sendId]);
});

test('MBX-7 pages, and a cursor that never goes back', async () => {
  for (let i = 0; i < 5; i++) await bob.mailbox.send(message(anna));
  const first = await anna.mailbox.receive({ after: 0n, limit: 3 });
  expect([first.envelopes.map((envelope) => envelope.position), first.more]).toEqual([[1n, 2n, 3n], true]);
  const second = await anna.mailbox.receive({ after: 3n, limit: 3 });
  expect([second.envelopes.map((envelope) => envelope.position), second.more]).toEqual([[4n, 5n], false]);
  await anna.mailbox.acknowledge({ position: 4n });
  await anna.mailbox.acknowledge({ position: 2n });
  expect((await anna.mailbox.receive({ after: 0n })).cursor).toBe(4n);
  expect(await codeOf(anna.mailbox.acknowledge({ position: 6n }))).toBe('MALFORMED');
});

test('MBX-7 a page ends at 4 MiB', async () => {
  const roomy = await createCloud({ dataDir: ':memory:', registration: 'open' });
  const carol = await signUp(roomy, 'carol@example.org');
  for (let i = 0; i < 20; i++) await carol.mailbox.send({ ...message(carol), content: random(250 * 1024) });
  const page = await carol.mailbox.receive({ after: 0n });
  expect([page.envelopes.length, page.more]).toEqual([16, true]);
  await roomy.close();
});

test('MBX-5 the content goes with the last mailbox that holds it, from the file too', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'lockstep-cloud-'));
  const onDisk = await createCloud({ dataDir, registration: 'open' });
  const carol = await signUp(onDisk, 'carol@example.org');
  const dave = await signUp(onDisk, 'dave@example.org');
  const sent = { ...message(carol, dave), content: random(3_000) };
  await carol.mailbox.send(sent);
  await carol.mailbox.acknowledge({ position: 1n });
  expect((await inbox(dave)).length).toBe(1);
  await dave.mailbox.acknowledge({ position: 1n });
  await onDisk.close();
  expect(readFileSync(databaseFile(dataDir)).includes(Buffer.from(sent.content.subarray(0, 30)))).toBe(false);
  rmSync(dataDir, { recursive: true });
});

test('MBX-4 bad sends are malformed or too large, and nothing is delivered', async () => {
  const good = message(anna);
  const [recipient] = good.recipients;
  if (recipient === undefined) throw new Error('no recipient');
  expect(await codeOf(bob.mailbox.send({ ...good, sendId: random(15) }))).toBe('MALFORMED');
  expect(await codeOf(bob.mailbox.send({ ...good, content: new Uint8Array() }))).toBe('MALFORMED');
  expect(await codeOf(bob.mailbox.send({ ...good, content: random(256 * 1024 + 1) }))).toBe('TOO_LARGE');
  expect(await codeOf(bob.mailbox.send({ ...good, recipients: [] }))).toBe('MALFORMED');
  expect(await codeOf(bob.mailbox.send({ ...good, recipients: [recipient, recipient] }))).toBe('MALFORMED');
  expect(
    await codeOf(bob.mailbox.send({ ...good, recipients: [{ ...recipient, sealedKey: random(2_000) }] })),
  ).toBe('MALFORMED');
  const crowd = Array.from({ length: 257 }, () => to(random(16)));
  expect(await codeOf(bob.mailbox.send({ ...good, recipients: crowd }))).toBe('MALFORMED');
  expect(await inbox(anna)).toEqual([]);
});
