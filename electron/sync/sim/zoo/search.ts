/**
 * `npm run sim -- --zoo`: lets every bug of the zoo out and looks for the first seed that finds it, from the first on, then writes the seeds and the
 * table of docs/SPEC.md. With `--known` (`npm test`): begins with the seed of last time, leaves out what no search has
 * found yet, writes nothing, and fails where a bug is not found or
 * where a seed fails without its bug too.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Bug } from './bug.ts';
import { openCages, type Play } from './let-out.ts';
import { ZOO } from './list.ts';
import { MOST_SEEDS, readSeeds, SEEDS, type Seeds, seedFor, withTable } from './table.ts';

/** Enough for what the bugs need, and not more. */
const ZOO_STEPS = 50;

type Caught = { seed: number; problem: string };

/** What a story with this bug meets first, or null. */
async function problemOf(play: Play, seed: number): Promise<string | null> {
  return (await play(seed, ZOO_STEPS)).problems[0] ?? null;
}

async function catchOne(play: Play, seeds: Iterable<number>): Promise<Caught | null> {
  for (const seed of seeds) {
    const problem = await problemOf(play, seed);
    if (problem !== null) return { seed, problem };
  }
  return null;
}

function* seedsFor(bug: Bug, first: number | undefined, most: number): Generator<number> {
  if (first !== undefined) yield first;
  for (let one = 1; one <= most; one += 1) {
    const seed = seedFor(bug, one);
    if (seed !== first) yield seed;
  }
}

export type ZooOptions = {
  known: boolean;
  /** Bugs whose name holds this (or this|or that); what is known of the others stays. */
  only: string;
  /** How many seeds are tried for each; null: as many as it may take. */
  most: number | null;
  print(line: string): void;
};

/** True when every bug was found, and none of the seeds fails without. */
export async function searchZoo({ known, only, most, print }: ZooOptions): Promise<boolean> {
  const seeds = readSeeds();
  const cages = await openCages();
  const met = new Set<number>();
  let fine = true;
  const fails = (line: string) => {
    fine = false;
    print(line);
  };
  const wanted = only.split('|');
  for (const bug of ZOO.filter(({ name }) => wanted.some((part) => name.includes(part)))) {
    if (known && bug.open === true) continue;
    const play = await cages.withOne(bug);
    const first = known ? seeds[bug.name]?.seed : undefined;
    const caught = await catchOne(play, seedsFor(bug, first, most ?? MOST_SEEDS));
    if (caught === null) {
      fails(`MISSED ${bug.name}`);
      continue;
    }
    const { seed, problem } = caught;
    print(`seed ${seed}: ${bug.name}: ${problem.split('\n')[0]}`);
    met.add(seed);
    seeds[bug.name] = { seed, rule: problem.slice(0, problem.indexOf(' ')) };
    if (!known) write(seeds);
  }
  const without = await cages.withOne(null);
  for (const seed of met) {
    const problem = await problemOf(without, seed);
    if (problem !== null) fails(`seed ${seed} fails without a bug: ${problem}`);
  }
  return fine;
}

/** After each bug: a search is long, and may be ended. */
function write(seeds: Seeds): void {
  const those = Object.fromEntries(ZOO.flatMap(({ name }) => (name in seeds ? [[name, seeds[name]]] : [])));
  writeFileSync(SEEDS.file, `${JSON.stringify(those, null, 2)}\n`);
  writeFileSync(SEEDS.spec, withTable(readFileSync(SEEDS.spec, 'utf8'), seeds));
}
