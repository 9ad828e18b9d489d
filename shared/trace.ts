/**
 * Where device and cloud let themselves be watched at work: what is being done, and the moments at which something becomes so for good.
 * Nobody watches the programs; the crash tests (electron/sync/kills) do, in a process or thread of their own, and end it at such a
 * moment. `docs/decisions/0073-a-process-is-watched-as-a-whole.md` says why the watcher is one for a process and no parameter.
 */
export type Trace = {
  /** Says what `work`, and everything that it sets going, is part of: a step, a command, a call, a chore. */
  within<T>(what: string, work: () => T): T;
  /** `before commit`, `after commit`, `inside`: as it happens. */
  at(moment: string): void;
};

let current: Trace | undefined;

/** Before anything of the program has begun. */
export function watchWith(trace: Trace): void {
  current = trace;
}

export function watcher(): Trace | undefined {
  return current;
}

export function within<T>(what: string, work: () => T): T {
  return current === undefined ? work() : current.within(what, work);
}

export function moment(name: string): void {
  current?.at(name);
}

/** `work` makes it so, at once. */
export function around<T>(what: string, work: () => T): T {
  if (current === undefined) return work();
  current.at(`before ${what}`);
  const result = work();
  current.at(`after ${what}`);
  return result;
}

/** One connection's transactions: before each statement but the first, `inside`. */
export class TransactionTrace {
  #statements = 0;

  begin(): void {
    this.#statements = 0;
  }
  statement(): void {
    this.#statements += 1;
    if (this.#statements > 1) moment('inside');
  }
}
