/**
 * Stories with short pages (SPEC SIM-50): from seed 300,001 to 350,000 a device asks for pages of a few records, writes slices of a few rows, and
 * looks at the time after each. A story has tens of messages: with the app's own sizes nothing in it is longer than one page, and what goes wrong
 * at the second, or between two of them, is never seen. Nor does anybody press Sync Now when such a story heals: what was put off must come by
 * itself. Every other seed has the app's own sizes (electron/sync/sizes.ts).
 */
import { CLOUD_SIZES, type CloudSizes } from '../../../cloud/sizes.ts';
import { SIZES, type Sizes } from '../sizes.ts';
import { derived, seeded } from './random.ts';

export const SHORT = { first: 300_001, last: 350_000 };

export const isShort = (seed: number): boolean => seed >= SHORT.first && seed <= SHORT.last;

const MOST = 4;

/** How much a device does at once in that story: each size for itself from one to four. */
export function sizesOf(seed: number): Sizes {
  if (!isShort(seed)) return SIZES;
  const random = seeded(derived(seed, 4));
  const few = () => 1 + random.below(MOST);
  const drawn = (sizes: object): object =>
    Object.fromEntries(
      Object.entries(sizes).map(([name, size]) => [name, typeof size === 'number' ? few() : drawn(size)]),
    );
  return drawn(SIZES) as Sizes;
}

/** Of some records, a few hundred bytes each. */
const MOST_BYTES = 2_000;

/** And how much its cloud gives or does at once. */
export function cloudSizesOf(seed: number): CloudSizes {
  if (!isShort(seed)) return CLOUD_SIZES;
  const random = seeded(derived(seed, 5));
  return Object.fromEntries(
    Object.keys(CLOUD_SIZES).map((name) => [
      name,
      1 + random.below(name.endsWith('Bytes') ? MOST_BYTES : MOST),
    ]),
  ) as CloudSizes;
}
