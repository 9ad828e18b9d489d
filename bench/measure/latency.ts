/**
 * A change on one device until the other shows it (its window's connection reads it), all devices in this process, each with its worker thread.
 * pin: a register of a record, between two devices of an account, by the zone. message: from another account's device, by the mailbox.
 * during: a pin between the same two while further devices take their first sync from the same cloud, one after the other where one is
 * over soon. into: a pin made as such a sync begins, until the syncing device itself shows it.
 */
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import { readAccount } from '../prepare/account.ts';
import { median, quantile } from '../stats.ts';
import { finish, input, type Numbers } from '../support/child.ts';
import { atRest, type BenchDevice, pointAt, startDevice } from '../support/device.ts';

/** The cloud takes so many sign-ins of one person in a row. */
const MOST_SYNCS = 8;

const given = input<{ url: string; folder: string; a: string; b: string; changes: number }>();
const { url, folder, changes } = given;
const account = readAccount(folder);
await sodiumReady();
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

pointAt(given.a, url);
pointAt(given.b, url);
const a = await startDevice(given.a);
const b = await startDevice(given.b);
await a.until(atRest);
await b.until(atRest);
await wait(1_500);

const row = a.store
  .sql('SELECT guid FROM conversation WHERE listed = 1 ORDER BY activity_ms DESC LIMIT 1')
  .get() as { guid: Buffer };
const conversationId = row.guid.toString('hex');

/** Until `shows` is true, looked at on each of the device's events and every millisecond: an event may gather, the store has it before. */
function shown(device: BenchDevice, began: number, shows: () => boolean): Promise<number> {
  return new Promise((resolve) => {
    const look = () => {
      if (!shows()) return;
      stop();
      clearInterval(safety);
      resolve(performance.now() - began);
    };
    const stop = device.listen(look);
    const safety = setInterval(look, 1);
  });
}

/** Whether it is pinned there; undefined while the conversation has not arrived. */
function pinnedOn(device: BenchDevice): () => number | undefined {
  const pinned = device.store.sql('SELECT pinned FROM conversation WHERE guid = ?');
  return () => (pinned.get(row.guid) as { pinned: number } | undefined)?.pinned;
}

let pins = 0;
async function pin(): Promise<number> {
  pins += 1;
  const on = pins % 2 === 1;
  const began = performance.now();
  const now = pinnedOn(b);
  const seen = shown(b, began, () => now() === (on ? 1 : 0));
  await a.worker.run('setPinned', { conversationId, on });
  const ms = await seen;
  await wait(70 + (pins % 7) * 10);
  return ms;
}

const numbers: Numbers = {};
const add = (name: string, times: number[]) => {
  numbers[`${name}P50Ms`] = quantile(times, 0.5);
  numbers[`${name}P95Ms`] = quantile(times, 0.95);
};

// Both the same to begin with.
await a.worker.run('setPinned', { conversationId, on: false });
await wait(500);
const idle: number[] = [];
for (let index = 0; index < changes + 3; index += 1) idle.push(await pin());
add('pin', idle.slice(3));

const c = await startDevice();
await c.signUp(url, `bob-${process.pid}@example.org`);
await c.until(atRest);
const { id } = await c.worker.run('startConversation', { handles: [account.handle], name: null });
const arrived = b.store.sql('SELECT 1 AS one FROM message WHERE rid > ? AND text = ?');
const newest = b.store.sql('SELECT max(rid) AS rid FROM message');
const letters: number[] = [];
for (let index = 0; index < changes + 3; index += 1) {
  const text = `letter ${index}`;
  const { rid } = newest.get() as { rid: number };
  const began = performance.now();
  const seen = shown(b, began, () => arrived.get(rid, text) !== undefined);
  await c.worker.run('send', { conversationId: id, text, replyTo: null });
  letters.push(await seen);
  await wait(70 + (index % 7) * 10);
}
add('message', letters.slice(3));
await c.stop();

const during: number[] = [];
const into: number[] = [];
for (let syncs = 0; syncs < MOST_SYNCS && during.length < changes; syncs += 1) {
  const fresh = await startDevice();
  await fresh.signIn(url, account.handle);
  await fresh.until((status) => status.phase === 'downloading' || atRest(status));
  const began = performance.now();
  // An even number follows, so that what it is to show in the end is what was asked for at the beginning.
  const now = pinnedOn(fresh);
  during.push(await pin());
  const wanted = pins % 2;
  const reached = shown(fresh, began, () => now() === wanted);
  while (!atRest(fresh.status()!) && during.length < changes) {
    during.push(await pin());
    during.push(await pin());
  }
  await fresh.until(atRest);
  into.push(await reached);
  await fresh.stop();
}
add('during', during);
numbers['duringCount'] = during.length;
numbers['intoSyncMs'] = median(into);
await b.stop();
await a.stop();
finish(numbers);
