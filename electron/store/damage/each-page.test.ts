import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { flipped, PAGE, put, recovered, type Worth, worthLosing } from './damage.testkit.ts';

const COUNT = 90;
let it: Worth;
beforeAll(async () => {
  it = await worthLosing(COUNT);
});
afterAll(() => rmSync(it.folder, { recursive: true, force: true }));

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
