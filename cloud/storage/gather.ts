/**
 * [Note: calls that share a commit] A small push costs a few hundred microseconds of work and then waits for the disk, and everybody else
 * with it. So calls that write little are not done as they come but at the end of the turn in which they came: what has arrived by then is
 * written in one transaction and waits for the disk once. One that comes alone waits for nothing: its turn ends at once. While the disk is
 * written others arrive, so the more there are, the more go together (SPEC ZON-20, ZON-21).
 */
import type { Database } from './database.ts';

/** The order is that of arrival. Beyond one of these the rest goes into the next transaction: nobody waits for a long one. */
const MOST = 256;
const WITHIN_MS = 10;

export type Gather = <T>(call: () => T) => Promise<T>;

type Waiting = { call: () => unknown; resolve: (value: never) => void; reject: (reason: unknown) => void };

/** `later`: runs it at the end of this turn of the event loop. Without it there is no loop and no time: a simulation, where all is said by its seed. */
export const createGather = (db: Database, later?: (work: () => void) => void): Gather => {
  const soon = later ?? queueMicrotask;
  const within = later === undefined ? Number.POSITIVE_INFINITY : WITHIN_MS;
  let waiting: Waiting[] = [];
  const run = (): void => {
    const now = waiting.slice(0, MOST);
    const outcomes = db.together(
      now.map(({ call }) => call),
      within,
    );
    waiting = waiting.slice(outcomes.length);
    if (waiting.length > 0) soon(run);
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.ok) now[index]?.resolve(outcome.value as never);
      else now[index]?.reject(outcome.thrown);
    }
  };
  return (call) =>
    new Promise((resolve, reject) => {
      waiting.push({ call, resolve, reject });
      if (waiting.length === 1) soon(run);
    });
};
