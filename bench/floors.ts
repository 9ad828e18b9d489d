/** DESIGN section 9: floors to pass on the way. Each is looked up in the results and said to be reached or not. */
import type { Result } from './report.ts';

type Floor = { what: string; floor: string; of(find: Find): { measured: string; reached: boolean } | null };
type Find = (part: string, name: string, size: number) => Record<string, number> | undefined;

const whole = (value: number) => Math.round(value).toLocaleString('en');
const ms = (value: number) => `${value < 10 ? value.toFixed(1) : whole(value)} ms`;

export const FLOORS: Floor[] = [
  {
    what: 'first sync of 100,000 messages',
    floor: '25,000 messages/s',
    of: (find) => {
      const one = find('first sync', 'Lockstep', 100_000);
      if (one === undefined) return null;
      return { measured: `${whole(one['perSecond']!)}/s`, reached: one['perSecond']! >= 25_000 };
    },
  },
  {
    what: 'the same, beside PouchDB',
    floor: '3 times as fast',
    of: (find) => {
      const one = find('first sync', 'Lockstep', 100_000);
      const peer = find('first sync', 'PouchDB (no encryption, no index)', 100_000);
      if (one === undefined || peer === undefined) return null;
      const ratio = one['perSecond']! / peer['perSecond']!;
      return { measured: `${ratio.toFixed(1)} times`, reached: ratio >= 3 };
    },
  },
  {
    what: 'first sync of 1,000,000 messages',
    floor: '60 s, under 400 MB',
    of: (find) => {
      const one = find('first sync', 'Lockstep', 1_000_000);
      if (one === undefined) return null;
      const reached = one['seconds']! <= 60 && one['peakMb']! < 400;
      return { measured: `${whole(one['seconds']!)} s, ${whole(one['peakMb']!)} MB`, reached };
    },
  },
  ...[100_000, 1_000_000].map(
    (size): Floor => ({
      what: `newest 200 usable after sign-in, ${whole(size)} messages`,
      floor: '300 ms (at 1,000,000)',
      of: (find) => {
        const one = find('first sync', 'Lockstep', size);
        if (one === undefined) return null;
        return { measured: ms(one['newest200Ms']!), reached: one['newest200Ms']! <= 300 };
      },
    }),
  ),
  ...[2_000, 100_000, 1_000_000].map(
    (size): Floor => ({
      what: `change to the other device, ${whole(size)} records`,
      floor: 'p50 3 ms, p95 10 ms',
      of: (find) => {
        const one = find('change', 'Lockstep', size);
        if (one === undefined) return null;
        const [p50, p95] = [one['pinP50Ms']!, one['pinP95Ms']!];
        return { measured: `p50 ${ms(p50)}, p95 ${ms(p95)}`, reached: p50 <= 3 && p95 <= 10 };
      },
    }),
  ),
  ...[100_000, 1_000_000].map(
    (size): Floor => ({
      what: `open a conversation in the store, ${whole(size)} messages`,
      floor: '5 ms (at 1,000,000)',
      of: (find) => {
        const one = find('store', 'Lockstep', size);
        if (one === undefined) return null;
        const [warm, cold] = [one['openUs']! / 1000, one['coldOpenUs']! / 1000];
        return {
          measured: `${warm.toFixed(2)} ms warm, ${ms(cold)} the first`,
          reached: Math.max(warm, cold) <= 5,
        };
      },
    }),
  ),
  ...[100_000, 1_000_000].map(
    (size): Floor => ({
      what: `app start to a usable list, ${whole(size)} messages`,
      floor: '1 s (at 1,000,000)',
      of: (find) => {
        const one = find('start', 'Lockstep', size);
        if (one === undefined) return null;
        return { measured: ms(one['listedMs']!), reached: one['listedMs']! <= 1000 };
      },
    }),
  ),
  {
    what: 'durable pushes, one core of the cloud',
    floor: '10,000 records/s',
    of: (find) => {
      const one = find('push', '1 device, 400 records a push', 40_000);
      if (one === undefined) return null;
      const cpu = one['perCloudCpuSecond'];
      const said = `${whole(one['perSecond']!)}/s${cpu === undefined ? '' : `; ${whole(cpu)} a CPU second`}`;
      return { measured: said, reached: one['perSecond']! >= 10_000 };
    },
  },
];

export function floorRows(results: readonly Result[]): string[] {
  const find: Find = (part, name, size) =>
    results.find((one) => one.part === part && one.name === name && one.size === size)?.median;
  return FLOORS.map(({ what, floor, of }) => {
    const found = of(find);
    return `| ${what} | ${floor} | ${found?.measured ?? 'not measured'} | ${found === null ? '' : found.reached ? 'yes' : '**no**'} |`;
  });
}
