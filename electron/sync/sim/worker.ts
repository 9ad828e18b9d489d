/**
 * A process that plays stories for main.ts, one seed after the other: a core each. What it says of a seed is all that its parent needs to
 * count, to print and to write down.
 */
import { shrink } from './shrink.ts';
import { story } from './story.ts';

/** `again`: the seed is played twice and must tell the same. `small`: what fails is made small. `tell`: the trace is wanted, whatever happens. */
export type Task = { seed: number; steps: number; again: boolean; small: boolean; tell: boolean };

export type Played = {
  seed: number;
  problems: string[];
  /** Of a story that failed, or is to be told. */
  trace: string[];
  counts: [string, number][];
  /** Of this seed, in seconds of CPU. */
  cpuSeconds: number;
  /** The fewest steps that still fail, and what they say. */
  small: { kept: number[]; problems: string[]; trace: string[] } | null;
};

/** Where each part of the trace that was told twice differs, as a problem. */
function otherStory(one: readonly string[], two: readonly string[]): string[] {
  const at = one.findIndex((line, index) => line !== two[index]);
  if (at === -1 && one.length === two.length) return [];
  return [`SIM-10 another story the second time: "${one[at] ?? 'the end'}", then "${two[at] ?? 'the end'}"`];
}

export async function play({ seed, steps, again, small, tell }: Task): Promise<Played> {
  const before = process.cpuUsage();
  const told = await story({ seed, steps });
  const { user, system } = process.cpuUsage(before);
  const problems = [...told.problems];
  if (problems.length === 0 && again)
    problems.push(...otherStory(told.trace, (await story({ seed, steps })).trace));
  const shrunk = small && told.problems.length > 0 ? await shrink({ seed, steps }) : null;
  return {
    seed,
    problems,
    trace: tell || problems.length > 0 ? told.trace : [],
    counts: [...told.counts],
    cpuSeconds: (user + system) / 1e6,
    small:
      shrunk === null
        ? null
        : { kept: shrunk.kept, problems: shrunk.told.problems, trace: shrunk.told.trace },
  };
}

if (process.send !== undefined && process.argv[2] === '--worker') {
  // Nobody reads where a simulated connection broke off, and saying it costs a tenth of the time.
  Error.stackTraceLimit = 0;
  process.on('message', (task: Task) => {
    void play(task).then((played) => process.send?.(played));
  });
}
