import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { Conditions } from '../sync/status-types.ts';
import { LOOK_EVERY_MS, readWord, toldConditions, watch } from './conditions.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
  vi.useRealTimers();
});

const MAINS: Conditions = { onBattery: false, metered: false };
const BATTERY: Conditions = { onBattery: true, metered: false };

/** Looks that the test answers by hand. */
function looks() {
  const asked: { signal: AbortSignal; answer(conditions: Conditions): void; fail(): void }[] = [];
  const look = (signal: AbortSignal) =>
    new Promise<Conditions>((resolve, reject) =>
      asked.push({ signal, answer: resolve, fail: () => reject(new Error('no')) }),
    );
  return { asked, look };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

test('HOST-18 the first look is at once and told; later ones, one a minute, where they find something else', async () => {
  vi.useFakeTimers();
  const { asked, look } = looks();
  const told: Conditions[] = [];
  const { stop } = watch(look, LOOK_EVERY_MS, (next) => told.push(next));
  ends.push(stop);
  asked[0]?.answer({ onBattery: null, metered: null });
  await settle();
  expect(told).toEqual([{ onBattery: null, metered: null }]);
  await vi.advanceTimersByTimeAsync(59_999);
  expect(asked).toHaveLength(1);
  for (const found of [MAINS, MAINS, BATTERY, { ...BATTERY, metered: null }]) {
    await vi.advanceTimersByTimeAsync(60_000);
    asked.at(-1)?.answer({ ...found });
    await settle();
  }
  expect(told.slice(1)).toEqual([MAINS, BATTERY, { onBattery: true, metered: null }]);
});

test('HOST-18 looks never overlap: however long one takes, and when asked to look now', async () => {
  vi.useFakeTimers();
  const { asked, look } = looks();
  const told: Conditions[] = [];
  const { lookNow, stop } = watch(look, LOOK_EVERY_MS, (next) => told.push(next));
  ends.push(stop);
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  lookNow();
  lookNow();
  expect(asked).toHaveLength(1);
  asked[0]?.answer(MAINS);
  await settle();
  // What was asked for meanwhile, once.
  expect(asked).toHaveLength(2);
  asked[1]?.answer(BATTERY);
  await settle();
  expect(asked).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(30_000);
  lookNow();
  expect(asked).toHaveLength(3);
  asked[2]?.answer(MAINS);
  await vi.advanceTimersByTimeAsync(59_000);
  expect(asked).toHaveLength(3);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).toHaveLength(4);
  expect(told).toEqual([MAINS, BATTERY, MAINS]);
});

test('HOST-18 a look that fails knows nothing, and the next one is looked', async () => {
  vi.useFakeTimers();
  const { asked, look } = looks();
  const told: Conditions[] = [];
  const { stop } = watch(look, LOOK_EVERY_MS, (next) => told.push(next));
  ends.push(stop);
  asked[0]?.fail();
  await vi.advanceTimersByTimeAsync(60_000);
  asked[1]?.answer(BATTERY);
  await settle();
  expect(told).toEqual([{ onBattery: null, metered: null }, BATTERY]);
});

test('HOST-18 ended, it tells nothing more, ends the look that is under way and leaves no timer', async () => {
  vi.useFakeTimers();
  const { asked, look } = looks();
  const told: Conditions[] = [];
  const { lookNow, stop } = watch(look, LOOK_EVERY_MS, (next) => told.push(next));
  stop();
  expect(asked[0]?.signal.aborted).toBe(true);
  asked[0]?.answer(BATTERY);
  await settle();
  lookNow();
  expect(asked).toHaveLength(1);
  expect(told).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
  const second = watch(
    async () => MAINS,
    LOOK_EVERY_MS,
    () => {},
  );
  await settle();
  expect(vi.getTimerCount()).toBe(1);
  second.stop();
  expect(vi.getTimerCount()).toBe(0);
});

test('HOST-18 whoever is told may end the watch there and then', async () => {
  vi.useFakeTimers();
  const { stop } = watch(
    async () => MAINS,
    LOOK_EVERY_MS,
    () => stop(),
  );
  await settle();
  expect(vi.getTimerCount()).toBe(0);
});

test.each([
  ['battery', { onBattery: true, metered: false }],
  ['metered', { onBattery: false, metered: true }],
  ['battery,metered', { onBattery: true, metered: true }],
  ['metered,battery\n', { onBattery: true, metered: true }],
  ['none', { onBattery: false, metered: false }],
  ['', null],
  ['mains', null],
  ['none,battery', null],
  ['@', null],
] as const)('HOST-22 the word "%s"', (word, conditions) => {
  expect(readWord(word)).toEqual(conditions);
});

test('HOST-22 LOCKSTEP_CONDITIONS speaks in the place of the system; unset or empty, it does not; another word is refused', async () => {
  expect(toldConditions(undefined)).toBeNull();
  expect(toldConditions('')).toBeNull();
  expect(() => toldConditions('mains')).toThrow('battery, metered, battery,metered or none');
  expect(() => toldConditions('@')).toThrow('LOCKSTEP_CONDITIONS');
  const told: Conditions[] = [];
  ends.push(toldConditions('battery')?.((next) => told.push(next)) ?? (() => {}));
  await expect.poll(() => told).toEqual([BATTERY]);
});

test('HOST-22 with @FILE the word stands in the file, and changes while the app runs', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lockstep-conditions-'));
  ends.push(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'word');
  const told: Conditions[] = [];
  ends.push(toldConditions(`@${file}`)?.((next) => told.push(next)) ?? (() => {}));
  const last = () => told.at(-1);
  await expect.poll(last).toEqual({ onBattery: null, metered: null });
  writeFileSync(file, 'metered\n');
  await expect.poll(last, { timeout: 5_000 }).toEqual({ onBattery: false, metered: true });
  writeFileSync(file, 'none');
  await expect.poll(last, { timeout: 5_000 }).toEqual(MAINS);
  // As between emptying and writing: nothing changes.
  writeFileSync(file, '');
  await new Promise((resolve) => setTimeout(resolve, 1_300));
  rmSync(file);
  await new Promise((resolve) => setTimeout(resolve, 1_300));
  expect(told).toHaveLength(3);
}, 20_000);
