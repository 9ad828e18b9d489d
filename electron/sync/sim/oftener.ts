/**
 * What fires seldom, oftener: in 50,000 stories as they are told before seed 60,001 a cloud is put back to a backup 500 times, and an epoch is
 * forged 600 times. From that seed on those acts are likelier and such tricks take more turns; the seeds before tell the stories in which
 * their failures were found.
 */
export const FIRST_OFTENER = 60_001;

export const isOftener = (seed: number): boolean => seed >= FIRST_OFTENER;

const LIKELIER: ReadonlyMap<string, number> = new Map([
  ['backup', 3],
  ['restore', 5],
  ['cloud limits', 4],
]);

/** By how much an act is likelier in that story. */
export const likelier = (seed: number, act: string): number =>
  isOftener(seed) ? (LIKELIER.get(act) ?? 1) : 1;

/** Tricks of a hostile cloud (hostile-tricks.ts) that find their occasion in few of their stories. */
const SELDOM: ReadonlySet<string> = new Set([
  "gives another account's records",
  "gives another account's keyring",
  'replays an old page',
  'forges a device',
  'forges an epoch',
  'cuts the device log',
  'makes up a record',
  'forks everything',
  'withholds records, and denies that they are there',
]);

/** One story in so many has a hostile cloud. */
const ONE_IN = { before: 5, oftener: 3 };

/** Whose turn it is in the story of this seed, so that no run misses one; null in a story with an honest cloud. */
export function turnOf<Trick extends { name: string }>(tricks: readonly Trick[], seed: number): Trick | null {
  const oneIn = isOftener(seed) ? ONE_IN.oftener : ONE_IN.before;
  if (seed % oneIn !== 0) return null;
  const turns = isOftener(seed) ? [...tricks, ...tricks.filter(({ name }) => SELDOM.has(name))] : tricks;
  return turns[(seed / oneIn) % turns.length] ?? null;
}
