import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { removeFolders } from '../testing/zone-device.ts';
import { story } from './story.ts';

await sodiumReady();
afterEach(removeFolders);

/** More with LOCKSTEP_SEEDS (and LOCKSTEP_SEEDS_FROM); a seed that ever failed is kept in failing-seeds.json, and runs first. */
const COUNT = Number(process.env['LOCKSTEP_SEEDS'] ?? 20);
const FROM = Number(process.env['LOCKSTEP_SEEDS_FROM'] ?? 1);
const FAILED: number[] = JSON.parse(readFileSync(new URL('./failing-seeds.json', import.meta.url), 'utf8'));

for (const seed of [...FAILED, ...Array.from({ length: COUNT }, (_, i) => FROM + i)]) {
  test(`SYN-29 whatever happens, everything ends equal (seed ${seed})`, async () => {
    expect(await story({ seed })).toEqual([]);
  }, 60_000);
}
