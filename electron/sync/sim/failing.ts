/**
 * Seeds that ever failed, with the length of the story that did: every later run plays them first. In failing-seeds.json a number is a seed of the
 * usual length, a pair is a seed and its steps.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { STEPS } from './story.ts';

export type Failing = { seed: number; steps: number };

const FILE = new URL('./failing-seeds.json', import.meta.url);

export function readFailing(): Failing[] {
  const kept = JSON.parse(readFileSync(FILE, 'utf8')) as (number | [number, number])[];
  return kept.map((one) => {
    const [seed, steps] = typeof one === 'number' ? [one, STEPS] : one;
    return { seed, steps };
  });
}

export function keepFailing(all: readonly Failing[]): void {
  const kept = all.map(({ seed, steps }) => (steps === STEPS ? `${seed}` : `[${seed}, ${steps}]`));
  writeFileSync(FILE, `[\n  ${kept.join(',\n  ')}\n]\n`);
}

export const isSame = (one: Failing) => (other: Failing) =>
  one.seed === other.seed && one.steps === other.steps;
