import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../open.ts';
import { KEY } from '../store.testkit.ts';
import { flipped, PAGE, put, recovered, type Worth, worthLosing } from './damage.testkit.ts';
import { DamagedFile } from './read-around.ts';

const COUNT = 90;
let it: Worth;
/** With the switch on. */
let on: Worth;
beforeAll(async () => {
  it = await worthLosing(COUNT);
  on = await worthLosing(COUNT, 'on');
}, 60_000);
afterAll(() => {
  for (const { folder } of [it, on]) rmSync(folder, { recursive: true, force: true });
});

/** Nothing is lost silently: each message is there or among those that could not be read; nothing that was deleted is back. */
function check(page: string, result: ReturnType<typeof recovered>): void {
  const missing = it.shown.filter((id) => !result.shown.has(id) && !result.lost.has(id));
  expect(missing, page).toEqual([]);
  const back = [...it.deleted, ...it.gone].filter((id) => result.shown.has(id));
  if (back.length > 0) expect(result.told.story.salvaged?.deletesUncertain, page).toBe(true);
  const unsent = result.unsent.length + (result.told.story.salvaged?.unsentLost ?? 0);
  expect([result.whole, result.identity, result.attachmentHere, unsent], page).toEqual([true, true, true, 1]);
  expect(result.zone, page).toEqual({ switch: 'off', phase: 'forgetting', head: 0 });
  expect(result.dirtyOrKnown, page).toBe(0);
}

test('DMG-1 DMG-6 DMG-9 a byte changed on each page, one after the other: each message is back or said to be lost, no delete is undone', {
  timeout: 120_000,
}, () => {
  const pages = it.bytes.length / PAGE;
  expect(pages).toBeGreaterThan(70);
  let lost = 0;
  let rebuilt = 0;
  for (let page = 1; page <= pages; page += 1) {
    put(it, flipped(it, page));
    const result = recovered(it);
    check(`page ${page}`, result);
    lost += result.lost.size;
    rebuilt += result.told.story.salvaged?.rebuilt ?? 0;
    expect(result.unsent, `page ${page}`).toEqual(['not sent yet']);
  }
  // One page alone never costs a message: what is on it stands elsewhere too.
  expect(lost).toBe(0);
  expect(rebuilt).toBeGreaterThan(COUNT / 2);
});

/** Where the queue of changes begins (it has one page), and each page without which a tombstone cannot be read. */
function pagesOfDeletes(): { queue: number; tombstones: number[] } {
  put(on, on.bytes);
  const store = openStore({ path: on.path, key: KEY, readonly: true });
  const { rootpage } = store.get<{ rootpage: number }>(
    `SELECT rootpage FROM sqlite_schema WHERE name = 'dirty'`,
  )!;
  const rids = store.all<{ rid: number }>('SELECT rid FROM record WHERE gone = 1').map(({ rid }) => rid);
  store.close();
  const tombstones: number[] = [];
  for (let page = 2; page <= on.bytes.length / PAGE; page += 1) {
    put(on, flipped(on, page));
    const file = new DamagedFile(on.path, KEY);
    if (rids.some((rid) => file.try('SELECT gone FROM record WHERE rid = ?', rid) === null))
      tombstones.push(page);
    file.close();
  }
  return { queue: rootpage, tombstones };
}

test('DMG-9 with the switch on, a delete for good that the cloud has not heard of is known although its page is lost; with the queue lost too, that is said', {
  timeout: 120_000,
}, () => {
  const { queue, tombstones } = pagesOfDeletes();
  expect(tombstones).not.toEqual([]);
  let uncertain = 0;
  for (const page of tombstones) {
    put(on, flipped(on, page));
    const result = recovered(on);
    expect(
      on.gone.filter((id) => !result.gone.has(id)),
      `page ${page}`,
    ).toEqual([]);
    expect([result.lost.size, result.told.story.salvaged?.deletesUncertain], `page ${page}`).toEqual([
      0,
      false,
    ]);

    const both = flipped(on, page);
    flipped(on, queue).copy(both, (queue - 1) * PAGE, (queue - 1) * PAGE, queue * PAGE);
    put(on, both);
    const without = recovered(on);
    const forgotten = on.gone.filter((id) => !without.gone.has(id));
    const said = without.told.story.salvaged?.deletesUncertain;
    if (forgotten.length > 0) expect(said, `pages ${page} and ${queue}`).toBe(true);
    if (said) uncertain += 1;
  }
  expect(uncertain).toBeGreaterThan(0);
});
