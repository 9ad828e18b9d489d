/**
 * A change on one device until the other shows it (its window's connection reads it), all devices in this process, each with its worker thread.
 * pin: a register of a record, between two devices of an account, by the zone. message: from another account's device, by the mailbox.
 * With `during`, a third device takes its first sync meanwhile and is the one that has to show it.
 */
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import { readAccount } from '../prepare/account.ts';
import { quantile } from '../stats.ts';
import { finish, input, type Numbers } from '../support/child.ts';
import { atRest, type BenchDevice, startDevice } from '../support/device.ts';

const { url, folder, changes, during } = input<{
  url: string;
  folder: string;
  changes: number;
  during: boolean;
}>();
const account = readAccount(folder);
await sodiumReady();
const a = await startDevice();
await a.signIn(url, account.handle);
await a.until(atRest);
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const row = a.store
  .sql('SELECT guid FROM conversation WHERE listed = 1 ORDER BY activity_ms DESC LIMIT 1')
  .get() as { guid: Buffer };
const conversationId = row.guid.toString('hex');

/** Until `shows` is true, looked at on each of the device's events. Null when the device came to rest before that. */
function shown(device: BenchDevice, began: number, shows: () => boolean): Promise<number> {
  return new Promise((resolve) => {
    const look = () => {
      if (!shows()) return;
      stop();
      clearInterval(safety);
      resolve(performance.now() - began);
    };
    const stop = device.listen(look);
    // An event gathers for a moment; the store has it before.
    const safety = setInterval(look, 1);
  });
}

async function pins(on: BenchDevice, count: number, going: () => boolean): Promise<number[]> {
  const pinned = on.store.sql('SELECT pinned FROM conversation WHERE guid = ?');
  const now = () => (pinned.get(row.guid) as { pinned: number } | undefined)?.pinned;
  const times: number[] = [];
  let value = 1;
  for (let index = 0; index < count && going(); index += 1) {
    const wanted = value;
    const began = performance.now();
    const seen = shown(on, began, () => now() === wanted);
    await a.worker.run('setPinned', { conversationId, on: wanted === 1 });
    times.push(await seen);
    value = 1 - value;
    await wait(70 + (index % 7) * 10);
  }
  return times;
}

const numbers: Numbers = {};
const add = (name: string, times: number[]) => {
  if (times.length === 0) return;
  numbers[`${name}P50Ms`] = quantile(times, 0.5);
  numbers[`${name}P95Ms`] = quantile(times, 0.95);
  numbers[`${name}Count`] = times.length;
};

const b = await startDevice();
await b.signIn(url, account.handle);
if (during) {
  await b.until((status) => status.phase === 'downloading');
  const listed = b.store.sql('SELECT 1 AS one FROM conversation WHERE guid = ?');
  while (listed.get(row.guid) === undefined) await wait(2);
  const times = await pins(b, changes, () => !atRest(b.status()!));
  add('pinDuring', times);
} else {
  await b.until(atRest);
  await wait(500);
  add('pin', await pins(b, changes, () => true));
  const c = await startDevice();
  await c.signUp(url, `bob-${process.pid}@example.org`);
  await c.until(atRest);
  const { id } = await c.worker.run('startConversation', { handles: [account.handle], name: null });
  const arrived = b.store.sql('SELECT 1 AS one FROM message WHERE rid > ? AND text = ?');
  const newest = b.store.sql('SELECT max(rid) AS rid FROM message');
  const times: number[] = [];
  for (let index = 0; index < changes; index += 1) {
    const text = `letter ${index}`;
    const { rid } = newest.get() as { rid: number };
    const began = performance.now();
    const seen = shown(b, began, () => arrived.get(rid, text) !== undefined);
    await c.worker.run('send', { conversationId: id, text, replyTo: null });
    times.push(await seen);
    await wait(70 + (index % 7) * 10);
  }
  add('message', times.slice(3));
  await c.stop();
}
await b.stop();
await a.stop();
finish(numbers);
