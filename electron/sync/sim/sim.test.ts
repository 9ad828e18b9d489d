import { afterEach, expect, test } from 'vitest';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { removeFolders } from '../testing/zone-device.ts';
import { story } from './story.ts';

await sodiumReady();
afterEach(removeFolders);

/** More with LOCKSTEP_SEEDS; a seed that ever failed is kept in FAILED. */
const COUNT = Number(process.env['LOCKSTEP_SEEDS'] ?? 24);
const FAILED: number[] = [];

for (const seed of [...FAILED, ...Array.from({ length: COUNT }, (_, i) => i + 1)]) {
  test(`SYN-29 whatever happens, everything ends equal (seed ${seed})`, async () => {
    expect(await story({ seed })).toEqual([]);
  }, 60_000);
}
