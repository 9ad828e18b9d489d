/**
 * `npm run sim -- --zoo`: lets every bug of the zoo out and looks for the first seed that finds it, from 1 on, then writes the seeds and the
 * table of docs/SPEC.md. With `--known` (`npm test`): begins with the seed of last time, writes nothing, and fails where a bug is not found or
 * where a seed fails without its bug too.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Bug } from './bug.ts';
import { openCages, type Play } from './let-out.ts';
import { ZOO } from './list.ts';
import { MOST_SEEDS, readSeeds, SEEDS, withTable } from './table.ts';

/** Enough for what the bugs need, and not more. */
export const ZOO_STEPS = 60;

export type Caught = { seed: number; problem: string };

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

function* seedsFrom(first: number | undefined): Generator<number> {
  if (first !== undefined) yield first;
  for (let seed = 1; seed <= MOST_SEEDS; seed += 1) if (seed !== first) yield seed;
}

export type ZooOptions = {
  known: boolean;
  /** Bugs whose name holds this; then nothing is written either. */
  only: string;
  print(line: string): void;
};

/** True when every bug was found, and none of the seeds fails without. */
export async function searchZoo({ known, only, print }: ZooOptions): Promise<boolean> {
  const before = readSeeds();
  const cages = await openCages();
  const found: [Bug, Caught][] = [];
  let fine = true;
  const fails = (line: string) => {
    fine = false;
    print(line);
  };
  for (const bug of ZOO.filter(({ name }) => name.includes(only))) {
    const play = await cages.withOne(bug);
    const first = known ? before[bug.name]?.seed : undefined;
    const caught = await catchOne(play, seedsFrom(first));
    if (caught === null) {
      fails(`MISSED ${bug.name}`);
      continue;
    }
    print(`seed ${caught.seed}: ${bug.name}: ${caught.problem.split('\n')[0]}`);
    found.push([bug, caught]);
  }
  for (const seed of new Set(found.map(([, caught]) => caught.seed))) {
    const problem = await problemOf(cages.without, seed);
    if (problem !== null) fails(`seed ${seed} fails without a bug: ${problem}`);
  }
  if (!known && only === '') {
    const seeds = Object.fromEntries(
      found.map(([{ name }, { seed, problem }]) => [
        name,
        { seed, rule: problem.slice(0, problem.indexOf(' ')) },
      ]),
    );
    writeFileSync(SEEDS.file, `${JSON.stringify(seeds, null, 2)}\n`);
    writeFileSync(SEEDS.spec, withTable(readFileSync(SEEDS.spec, 'utf8'), seeds));
  }
  return fine;
}
