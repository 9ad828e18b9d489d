/**
 * The device's end of the sync worker: commands out, replies and events in, and a new worker when one dies. The
 * worker is the only writer of the database; a command that was not answered when it died may or may not have been
 * done, and its caller is told `workerCrashed`.
 */
import type { Worker } from 'node:worker_threads';
import { Failure } from '../api/failure.ts';
import { damageOf } from '../store/damage/signs.ts';
import type {
  CommandInput,
  CommandName,
  CommandResult,
  FromWorker,
  RecoveryProgress,
  SyncEvent,
  ToWorker,
  WorkerOptions,
} from '../sync/protocol.ts';
import type { Conditions } from '../sync/status-types.ts';
import type { WorkerThreads } from './worker-threads.ts';

export type WorkerLinkOptions = {
  threads: Pick<WorkerThreads, 'take'>;
  /** At the first start, when nobody else has the database open, a damaged one is recovered. */
  data: Pick<WorkerOptions, 'dbPath' | 'dbKey'> & Partial<WorkerOptions>;
  onEvent(event: SyncEvent): void;
  onRecovering?(progress: RecoveryProgress): void;
  /** The database was found damaged in use: SQLite's name. The worker is to be stopped; it is not started again. */
  onDamage?(code: string): void;
  /** Ends a start that has not come to its end: a recovery goes on at the next one. */
  signal?: AbortSignal;
  /** It died and a new one is being started. */
  onCrash(error: unknown): void;
  /** For tests. */
  firstDelayMs?: number;
};

export type WorkerLink = {
  run<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandResult<N>>;
  /** What the host knows of this computer. Remembered: a worker that is started anew hears it too. */
  setConditions(conditions: Conditions): void;
  stop(): Promise<void>;
};

/** The worker could not open the store: nothing was changed. */
export class WorkerRefused extends Error {
  readonly reason: string;
  /** SQLite's name for the damage it met. */
  readonly damage: string | null;
  constructor(reason: string, detail: string, damage: string | null) {
    super(detail);
    this.reason = reason;
    this.damage = damage;
  }
}

const LONGEST_DELAY_MS = 30_000;
const STOP_WITHIN_MS = 5_000;

type Waiting = { resolve(result: unknown): void; reject(error: Error): void };

export async function startWorker(options: WorkerLinkOptions): Promise<WorkerLink> {
  const waiting = new Map<number, Waiting>();
  let nextId = 1;
  let stopping = false;
  let crashes = 0;
  let restart: NodeJS.Timeout | null = null;
  let conditions: Conditions | null = null;
  let damaged = false;
  /** One that was started anew and has not said yet that it is ready: it may have the files open. */
  let opening: Worker | null = null;
  let current: Worker | null = await launch(options.threads.take(), true);

  async function launch(worker: Worker, first: boolean): Promise<Worker> {
    const data: WorkerOptions = { suspected: null, certain: false, ...options.data, mayRecover: first };
    const signal = first ? options.signal : undefined;
    const giveUp = () => void worker.terminate();
    signal?.addEventListener('abort', giveUp);
    if (signal?.aborted) giveUp();
    // Once it is open it has something to end in order, and `stop` does that.
    const begun = () => signal?.removeEventListener('abort', giveUp);
    const open: ToWorker = { type: 'open', options: data };
    worker.postMessage(open);
    let lastError: unknown = null;
    let refused: WorkerRefused | null = null;
    let ready = false;
    return new Promise<Worker>((resolve, reject) => {
      worker.on('message', (message: FromWorker) => {
        switch (message.type) {
          case 'ready':
            ready = true;
            begun();
            resolve(worker);
            break;
          case 'failed':
            // Told once it has ended: until then it may have the files open.
            refused = new WorkerRefused(message.reason, message.detail, message.code);
            void worker.terminate();
            break;
          case 'reply':
            settle(message.id, message.reply);
            break;
          case 'event':
            options.onEvent(message.event);
            break;
          case 'recovering':
            options.onRecovering?.(message.progress);
            break;
          case 'damaged':
            foundDamaged(message.code);
            break;
          case 'stopped':
            break;
        }
      });
      worker.on('error', (error) => {
        lastError = error;
      });
      worker.on('exit', (code) => {
        begun();
        if (!ready) {
          reject(
            refused ??
              (lastError instanceof Error
                ? lastError
                : new Error(`The sync worker ended with code ${code} before it was ready.`)),
          );
          return;
        }
        current = null;
        failAll(stopping ? stoppingFailure() : crashFailure());
        const met = damageOf(lastError);
        if (met !== null) foundDamaged(met);
        if (!stopping && !damaged) {
          options.onCrash(lastError ?? new Error(`The sync worker ended with code ${code}.`));
          startAgain();
        }
      });
    });
  }

  function foundDamaged(code: string): void {
    if (damaged || stopping) return;
    damaged = true;
    options.onDamage?.(code);
  }

  function startAgain(): void {
    const delay = Math.min((options.firstDelayMs ?? 250) * 2 ** crashes, LONGEST_DELAY_MS);
    crashes += 1;
    restart = setTimeout(async () => {
      restart = null;
      opening = options.threads.take();
      try {
        const worker = await launch(opening, false);
        // `stop` ends it.
        if (stopping) return;
        current = worker;
        tellConditions();
        options.onEvent({ type: 'session' });
      } catch (error) {
        if (stopping) return;
        if (error instanceof WorkerRefused && error.damage !== null) {
          foundDamaged(error.damage);
          return;
        }
        options.onCrash(error);
        startAgain();
      } finally {
        opening = null;
      }
    }, delay);
  }

  function tellConditions(): void {
    if (conditions === null || stopping) return;
    const message: ToWorker = { type: 'conditions', conditions };
    current?.postMessage(message);
  }

  function settle(id: number, reply: Extract<FromWorker, { type: 'reply' }>['reply']): void {
    const caller = waiting.get(id);
    waiting.delete(id);
    if (reply.ok) {
      crashes = 0;
      caller?.resolve(reply.result);
    } else {
      const { reason, retryAfterMs, detail, about } = reply.failure;
      // `internal` is a fault of ours: the API reports it and shows the person none of its text.
      if (reason === 'internal') caller?.reject(new Error(detail ?? 'The sync worker failed.'));
      else caller?.reject(new Failure(reason, detail ?? reason, { retryAfterMs, about }));
    }
  }

  function failAll(failure: Failure): void {
    const callers = [...waiting.values()];
    waiting.clear();
    for (const caller of callers) caller.reject(failure);
  }

  return {
    run<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandResult<N>> {
      if (stopping) return Promise.reject(stoppingFailure());
      const worker = current;
      if (worker === null) return Promise.reject(crashFailure());
      return new Promise<CommandResult<N>>((resolve, reject) => {
        const id = nextId++;
        waiting.set(id, { resolve: (result) => resolve(result as CommandResult<N>), reject });
        const message = { type: 'command', id, command: { name, input } } as ToWorker;
        worker.postMessage(message);
      });
    },
    setConditions(next) {
      conditions = next;
      tellConditions();
    },
    async stop() {
      if (stopping) return;
      stopping = true;
      if (restart !== null) clearTimeout(restart);
      const worker = current;
      if (worker === null) {
        // It would not hear that it is to stop before it is ready, and has nothing yet to end in order.
        await opening?.terminate();
        return;
      }
      const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
      const message: ToWorker = { type: 'stop' };
      worker.postMessage(message);
      const timer = setTimeout(() => void worker.terminate(), STOP_WITHIN_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

const stoppingFailure = (): Failure => new Failure('stopping', 'Lockstep is closing.');
const crashFailure = (): Failure =>
  new Failure(
    'workerCrashed',
    'The part of Lockstep that keeps the messages stopped and is starting again. Try again.',
    {
      retryAfterMs: 1000,
    },
  );
