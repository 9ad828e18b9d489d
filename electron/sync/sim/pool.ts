/**
 * Processes that play stories side by side (worker.ts), each the next seed as soon as it is done with one. For main.ts and the tests: what is
 * heard of a seed is the same whoever played it, and whenever (SIM-10).
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Played, Task } from './worker.ts';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));

export type Pool = {
  /**
   * What became of each task, in the order of the tasks. One that its process did not survive is a rejection that says so; null, when there was no
   * time left to begin it.
   */
  played: Promise<Played | null>[];
  /** Ends the processes, whatever they are at. */
  close(): void;
};

/** Of one story, by the machine's own clock: a hundred times what one takes, however busy the machine is. One that is made small is played often. */
const GIVEN_UP_MS = 9 * 60_000;
const OFTEN = 20;
const LATE = Symbol('given up');

/** Whoever goes round in a circle without ever waiting stops the world's time with it: nothing in the story can notice. */
const neverEnded = ({ seed }: Task): Played => ({
  seed,
  problems: [
    'SIM-45 the story did not come to its end: something in it goes on without waiting for anything',
  ],
  trace: [],
  counts: [],
  cpuSeconds: 0,
  small: null,
});

/**
 * `jobs`: how many processes; at least one, and no more than there are tasks. `until` (Unix ms): none is begun after that. `givenUpMs`: a story
 * that takes longer is ended with its process, and is a failure.
 */
export function playAll(
  tasks: readonly Task[],
  jobs: number,
  { until = Number.POSITIVE_INFINITY, givenUpMs = GIVEN_UP_MS }: { until?: number; givenUpMs?: number } = {},
): Pool {
  const waiting = tasks.map((task) => ({ task, ...Promise.withResolvers<Played | null>() }));
  const played = waiting.map(({ promise }) => promise);
  // Whoever asks for one hears of its failure; that nobody has asked yet is no failure of its own.
  for (const one of played) one.catch(() => {});
  const children = new Set<ChildProcess>();
  let closed = false;
  const take = () => {
    if (Date.now() >= until) for (const { resolve } of waiting.splice(0)) resolve(null);
    return waiting.shift();
  };

  async function work(): Promise<void> {
    for (let next = take(); next !== undefined && !closed; ) {
      const child = fork(WORKER, ['--worker'], { execArgv: [] });
      children.add(child);
      const ended = once(child, 'exit').then(() => null);
      for (; next !== undefined; next = take()) {
        child.send(next.task);
        const waiting = new AbortController();
        const late = setTimeout(givenUpMs * (next.task.small ? OFTEN : 1), LATE, { signal: waiting.signal });
        const answer = await Promise.race([once(child, 'message'), ended, late]);
        waiting.abort();
        if (answer === LATE) {
          next.resolve(neverEnded(next.task));
          next = take();
          break;
        }
        if (answer === null) {
          next.reject(new Error(`The process that played seed ${next.task.seed} ended.`));
          next = take();
          break;
        }
        next.resolve(answer[0] as Played);
      }
      child.kill();
      children.delete(child);
    }
  }

  for (let job = 0; job < Math.max(1, Math.min(jobs, tasks.length)); job += 1) void work();
  return {
    played,
    close() {
      closed = true;
      for (const child of children) child.kill();
    },
  };
}
