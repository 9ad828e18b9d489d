/**
 * Where a simulated device dies: at a named point inside whatever it does. A point is `before CALL` or `after CALL` (its request to the
 * cloud; its answer as it arrives), `before commit of CALL` or `after commit of CALL` (the first transaction that ends after that answer), or
 * the same of `another commit` (of a command, or a later one). So a kill falls between a commit and the call that tells of it.
 *
 * What sync/kills does with real processes and real files (SPEC SYN-35), here in memory, in longer stories and far more often.
 */
import type { Store } from '../../store/open.ts';
import type { Fetch } from '../network/cloud-client.ts';

/** Whether something is committed when its answer has come. */
const CALLS: Record<string, boolean> = {
  OpenZone: true,
  Backfill: true,
  Changes: true,
  Push: true,
  Inventory: false,
  Fetch: true,
  Receive: true,
  Acknowledge: true,
  Send: true,
  GetKeyring: true,
  UpdateKeyring: true,
  LookUp: true,
  ListSessions: false,
  MarkForPurge: true,
  UndoPurge: true,
  Watch: false,
};
/** In stories with files (file-acts.ts). */
const FILE_CALLS: Record<string, boolean> = {
  StatBlobs: true,
  PutBlob: true,
  GetBlob: true,
  DropUpload: true,
};
const ANOTHER = 'another commit';

/** Of calls, each with whether something is committed when its answer has come. */
export const pointsOf = (calls: Record<string, boolean>): string[] =>
  Object.entries(calls).flatMap(([call, commits]) =>
    ['before', 'after', ...(commits ? ['before commit of', 'after commit of'] : [])].map(
      (when) => `${when} ${call}`,
    ),
  );

export const KILL_POINTS: readonly string[] = [...pointsOf(CALLS), `before ${ANOTHER}`, `after ${ANOTHER}`];
export const FILE_KILL_POINTS: readonly string[] = pointsOf(FILE_CALLS);

/** The name of a call in its address. */
export function callOf(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

/** Of one device, through all its lives. */
export class KillPoints {
  #armed = new Set<string>();
  /** The call whose answer came last, until something is committed. */
  #answered: string | null = null;
  readonly #die: (point: string) => boolean;

  /** `die`: at once, before it gives control back. False: it was not alive. */
  constructor(die: (point: string) => boolean) {
    this.#die = die;
  }

  arm(point: string): void {
    this.#armed.add(point);
  }
  /** How many it has not reached yet. */
  get waiting(): number {
    return this.#armed.size;
  }
  disarm(): void {
    this.#armed.clear();
  }

  /** Requests on their way to `line`. */
  on(line: Fetch): Fetch {
    return async (input, init) => {
      const call = callOf(input instanceof Request ? input.url : String(input));
      const signal = init?.signal ?? (input instanceof Request ? input.signal : null);
      this.#reach(`before ${call}`, signal);
      const response = await line(input, init);
      this.#reach(`after ${call}`, signal);
      if (signal?.aborted !== true && call !== 'Watch') this.#answered = call;
      return response;
    };
  }

  /** Transactions of a store that was just opened. */
  watch(store: Store): void {
    this.#answered = null;
    const exec = store.db.exec.bind(store.db);
    store.db.exec = (sql) => {
      if (sql !== 'COMMIT') return exec(sql);
      const what = this.#answered === null ? ANOTHER : `commit of ${this.#answered}`;
      this.#answered = null;
      if (this.#take(`before ${what}`)) throw new Error('This device was killed before its commit.');
      const result = exec(sql);
      this.#take(`after ${what}`);
      return result;
    };
  }

  /** What an earlier life had asked for kills nobody. */
  #reach(point: string, signal: AbortSignal | null): void {
    if (signal?.aborted !== true && this.#take(point)) throw new TypeError('This device was killed.');
  }

  #take(point: string): boolean {
    if (!this.#armed.delete(point)) return false;
    return this.#die(point);
  }
}
