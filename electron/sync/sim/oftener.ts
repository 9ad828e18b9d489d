/**
 * What fires seldom, oftener: in 50,000 stories as they are told before seed 60,001 a cloud is put back to a backup 500 times, and an epoch is
 * forged 600 times. From that seed on those acts are likelier and such tricks take more turns. What is seldom even so has the seeds from
 * 200,001 to 250,000 to itself: a quarter of them with a cloud that plays such tricks, the others with deaths where hardly any device ever died
 * (seldom.ts). In those from 250,001 to 300,000 computers sleep, and read what had come before that when they wake (SPEC SIM-48). The other seeds
 * tell the stories in which their failures were found.
 */
import { DROWSY, STORM, type Weather } from './network.ts';
import { isShort } from './short.ts';

export const FIRST_OFTENER = 60_001;
export const SELDOM = { first: 200_001, last: 250_000 };

export const SLEEPY = { first: 250_001, last: 300_000 };

export const isSleepy = (seed: number): boolean => seed >= SLEEPY.first && seed <= SLEEPY.last;

/** What a bad connection is like in that story. */
export const stormOf = (seed: number): Weather => (isSleepy(seed) ? DROWSY : STORM);

export const isOftener = (seed: number): boolean => seed >= FIRST_OFTENER;

const LIKELIER: ReadonlyMap<string, number> = new Map([
  ['backup', 3],
  ['restore', 5],
  ['cloud limits', 4],
]);

/** Files are in the stories of even seeds: in half of either kind. */
const ofSeldom = (seed: number): 'tricks' | 'deaths' | null => {
  if (seed < SELDOM.first || seed > SELDOM.last) return null;
  return seed % 8 === 1 || seed % 8 === 6 ? 'tricks' : 'deaths';
};

/** Its devices die at the points of seldom.ts alone. */
export const diesSeldom = (seed: number): boolean => ofSeldom(seed) === 'deaths';

const OF_SELDOM: Record<'tricks' | 'deaths', ReadonlyMap<string, number>> = {
  // A page is asked for where no poke brought what changed.
  tricks: new Map([['connection', 4]]),
  deaths: new Map([['kill point', 8]]),
};

const OF_SLEEPY: ReadonlyMap<string, number> = new Map([
  ['days pass', 6],
  ['a month passes', 8],
  ['delete one', 2],
  ['delete several', 4],
]);

/** What did not reach somebody (retry-acts.ts) needs a mailbox that is full. */
const OF_SHORT: ReadonlyMap<string, number> = new Map([['cloud limits', 5]]);

/** By how much an act is likelier in that story. */
export function likelier(seed: number, act: string): number {
  if (isShort(seed)) return OF_SHORT.get(act) ?? 1;
  if (isSleepy(seed)) return OF_SLEEPY.get(act) ?? 1;
  const seldom = ofSeldom(seed);
  if (seldom !== null) return OF_SELDOM[seldom].get(act) ?? 1;
  return isOftener(seed) ? (LIKELIER.get(act) ?? 1) : 1;
}

/** Tricks of a hostile cloud (hostile-tricks.ts) that find their occasion in few of their stories. */
const FEW: ReadonlySet<string> = new Set([
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

/** And those that had bitten less than a thousand times even so. */
const FEWEST: ReadonlySet<string> = new Set([
  "gives another account's records",
  'replays an old page',
  'passes an old version off as the new one',
]);

/** One story in so many has a hostile cloud. */
const ONE_IN = { before: 5, oftener: 3 };

/** Whose turn it is in the story of this seed, so that no run misses one; null in a story with an honest cloud. */
export function turnOf<Trick extends { name: string }>(tricks: readonly Trick[], seed: number): Trick | null {
  if (isSleepy(seed)) return null;
  const seldom = ofSeldom(seed);
  if (seldom === 'deaths') return null;
  if (seldom === 'tricks') {
    const few = tricks.filter(({ name }) => FEWEST.has(name));
    return few[Math.floor((seed - SELDOM.first) / 4) % few.length] ?? null;
  }
  const oneIn = isOftener(seed) ? ONE_IN.oftener : ONE_IN.before;
  if (seed % oneIn !== 0) return null;
  const turns = isOftener(seed) ? [...tricks, ...tricks.filter(({ name }) => FEW.has(name))] : tricks;
  return turns[(seed / oneIn) % turns.length] ?? null;
}
