/** Several lost pages, between which there is something: what stands there is found, and what was deleted stays so. */
import { readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KEY, kit, putConversation, putMessage } from '../store.testkit.ts';
import { hex } from '../values.ts';
import { setZoneState } from '../zone-state.ts';
import { leavesOf, put, recovered, rootOf, type Worth, withoutPages } from './damage.testkit.ts';
import { keepsakePath, takeKeepsake, writeKeepsake } from './keepsake.ts';
import { DamagedFile } from './read-around.ts';
import { readByNumber } from './read-by-number.ts';

let it: Worth;
let rids: number[];
/** A history as people write it: some messages at once, then nothing for a day. So the numbers of its rows lie far apart. */
beforeAll(async () => {
  const { store, path, folder } = await kit();
  const shown: string[] = [];
  let acceptedMs = 1_700_000_000_000;
  store.write(() => {
    putConversation(store);
    for (let n = 1; n <= 300; n += 1) {
      acceptedMs += n % 30 === 0 ? 86_400_000 : 4_000;
      shown.push(hex(putMessage(store, n, { text: `message ${n} ${'x'.repeat(150)}`, acceptedMs })));
    }
    setZoneState(store, 'messages', { switch: 'off', generation: 1 });
  });
  rids = store.all<{ rid: number }>('SELECT rid FROM message ORDER BY rid').map(({ rid }) => rid);
  writeKeepsake(path, KEY, takeKeepsake(store, 7, { messages: 300, conversations: 1, atMs: 7 }));
  store.close();
  const files = { bytes: readFileSync(path), keepsake: readFileSync(keepsakePath(path)) };
  it = { folder, path, ...files, shown, deleted: [], gone: [] };
});
afterAll(() => rmSync(it.folder, { recursive: true, force: true }));

/** Rows that answer when they are asked for one by one. */
function readable(table: 'record' | 'message'): Set<string> {
  const file = new DamagedFile(it.path, KEY);
  const found = rids.filter(
    (rid) => file.try(`SELECT * FROM ${table} WHERE rid = ?`, rid)?.row !== undefined,
  );
  file.close();
  return new Set(found.map((rid) => it.shown[rids.indexOf(rid)]!));
}

function check(what: string, pages: readonly number[]): void {
  put(it, withoutPages(it, pages));
  const there = new Set([...readable('record'), ...readable('message')]);
  const result = recovered(it);
  expect(
    [...there].filter((id) => !result.shown.has(id)),
    what,
  ).toEqual([]);
  // What is neither is counted, also where no id of it is left.
  expect(result.shown.size + result.told.still.messages, what).toBe(it.shown.length);
}

test('DMG-6 DMG-7 the first and the last page of a table are lost: everything between them is there', {
  timeout: 120_000,
}, () => {
  const [message, record] = [leavesOf(it, 'message'), leavesOf(it, 'record')];
  expect(message.length).toBeGreaterThan(8);
  const ends = (leaves: number[]) => [leaves[0]!, leaves.at(-1)!];
  const some = record.slice(3, -3);
  check('of what the window reads, and one record', [...ends(message), some[1]!]);
  check('of what the window reads, and many records', [...ends(message), ...some]);
  const index = rootOf(it, 'record_by_id');
  check('of both, and the index of the records', [...ends(message), ...ends(record), index]);
});

test('DMG-6 between any two lost pages a whole one is read, also where the records of its messages are lost', {
  timeout: 120_000,
}, () => {
  const [message, record] = [leavesOf(it, 'message'), leavesOf(it, 'record')];
  for (const at of [1, message.length - 4])
    check(`pages ${at} and ${at + 2}`, [message[at]!, message[at + 2]!, ...record.slice(1)]);
  check('every other page', [
    ...message.filter((_, at) => at % 2 === 0),
    ...record.filter((_, at) => at % 2 === 1),
  ]);
});

test('DMG-6 each row is given once, with nothing known from elsewhere', { timeout: 120_000 }, () => {
  const leaves = leavesOf(it, 'message');
  for (const lost of [[0], [2, 3], [leaves.length - 1], []]) {
    put(
      it,
      withoutPages(
        it,
        lost.map((at) => leaves[at]!),
      ),
    );
    const single = readable('message').size;
    const file = new DamagedFile(it.path, KEY);
    const given: number[] = [];
    const found = readByNumber(file, 'message', 'rid', (row) => given.push(Number(row['rid'])));
    file.close();
    expect(new Set(given).size, `${lost}`).toBe(given.length);
    expect([given.length, found.rows, found.whole], `${lost}`).toEqual([single, single, lost.length === 0]);
  }
});
