/** The two kinds of process that are killed, as whoever kills them holds them: the cloud's and a device's. */
import { type ChildProcess, fork } from 'node:child_process';
import type { FromCloud, ToCloud } from '../../../cloud/testing/killed-cloud.ts';
import type { Armed } from '../../../cloud/testing/reaper.ts';
import type { CommandInput, CommandName, CommandResult, FromWorker, WorkerOptions } from '../protocol.ts';
import type { SyncStatus } from '../status-types.ts';
import type { FromDevice, ToDevice } from './device-process.ts';
import type { ThreadData } from './device-thread.ts';

/** It was killed at its point. */
export class Killed extends Error {
  override name = 'Killed';
}

/** A process ended that nobody had armed, or it did not answer. */
export class Broken extends Error {
  override name = 'Broken';
}

/** The modules of the processes: as they stand, or what a bundler made of them. */
export type Scripts = { cloud: string; device: string; thread: string };

/** Of a machine with much else to do. */
const ANSWER_WITHIN_MS = 150_000;
const running = new Set<ChildProcess>();

export function endAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** How many processes were started so far: what a run costs is above all these. */
export let startedProcesses = 0;

class Process<To, From> {
  /** True once it has ended. */
  dead = false;
  /** How it ended. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  readonly #listeners = new Set<(message: From) => void>();

  constructor(script: string) {
    this.#child = fork(script, { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    running.add(this.#child);
    startedProcesses += 1;
    this.#child.on('error', () => {});
    this.#child.on('message', (message) => {
      for (const listener of this.#listeners) listener(message as From);
    });
    this.ended = new Promise((resolve) =>
      this.#child.once('exit', (code, signal) => {
        this.dead = true;
        running.delete(this.#child);
        resolve(signal ?? `code ${code}`);
      }),
    );
  }

  tell(message: To): void {
    // Into a process that has died: nobody hears.
    if (!this.dead && this.#child.connected) this.#child.send(message as never, () => {});
  }

  on(listener: (message: From) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The first message that is one; fails when the process ends before. */
  hear<T>(take: (message: From) => T | undefined, tell?: To): Promise<T> {
    const heard = new Promise<T>((resolve, reject) => {
      const timer = setTimeout(
        () =>
          end(() => reject(new Broken(`A process did not answer: ${JSON.stringify(tell)?.slice(0, 200)}`))),
        ANSWER_WITHIN_MS,
      );
      const stop = this.on((message) => {
        try {
          const taken = take(message);
          if (taken !== undefined) end(() => resolve(taken));
        } catch (error) {
          end(() => reject(error));
        }
      });
      const end = (how: () => void) => {
        clearTimeout(timer);
        stop();
        how();
      };
      void this.ended.then((how) =>
        end(() => reject(how === 'SIGKILL' ? new Killed(how) : new Broken(`A process ended: ${how}.`))),
      );
      if (tell !== undefined) this.tell(tell);
    });
    // Whoever asked may be waiting for something else by then.
    heard.catch(() => {});
    return heard;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}

/** Started by `serve` or `backUp`. */
export class CloudProcess extends Process<ToCloud, FromCloud> {
  address = '';

  async serve(message: Omit<Extract<ToCloud, { type: 'serve' }>, 'type'>): Promise<void> {
    const port = await this.#ask({ type: 'serve', ...message }, (answer) =>
      answer.type === 'ready' ? answer.port : undefined,
    );
    this.address = `http://127.0.0.1:${port}`;
  }
  backUp(dataDir: string, file: string, armed: Armed | null): Promise<true> {
    return this.#ask({ type: 'backUp', dataDir, file, armed }, (answer) =>
      answer.type === 'backedUp' ? true : undefined,
    );
  }
  arm(armed: Armed | null): Promise<true> {
    return this.#ask({ type: 'arm', armed }, (answer) => (answer.type === 'armed' ? true : undefined));
  }
  setClock(offMs: number): Promise<true> {
    return this.#ask({ type: 'clock', offMs }, (answer) => (answer.type === 'clockSet' ? true : undefined));
  }
  passed(): Promise<[string, number][]> {
    return this.#ask({ type: 'passed' }, (answer) => (answer.type === 'passed' ? answer.passed : undefined));
  }
  #ask<T>(message: ToCloud, take: (message: FromCloud) => T | undefined): Promise<T> {
    return this.hear((answer) => {
      if (answer.type === 'failed') throw new Broken(`The cloud failed: ${answer.detail}`);
      return take(answer);
    }, message);
  }
}

/** How a command ended. */
export type Outcome<N extends CommandName> =
  | { ok: true; result: CommandResult<N> }
  | { ok: false; reason: string };

export class DeviceProcess extends Process<ToDevice, FromDevice> {
  status: SyncStatus | null = null;
  readonly failures: string[] = [];
  begun = false;
  /** What it has met in its database. */
  damaged: string | null = null;
  /** How often the search index was done. */
  searched = 0;
  #next = 1;

  async begin(script: string, data: Omit<ThreadData, 'control'>, options: WorkerOptions): Promise<void> {
    this.begun = true;
    this.on((message) => {
      if (message.type === 'worker' && message.message.type === 'event') {
        const { event } = message.message;
        if (event.type === 'status') this.status = event.status;
        if (event.type === 'search') this.searched += 1;
      } else if (message.type === 'worker' && message.message.type === 'damaged') {
        this.damaged = message.message.code;
      } else if (message.type === 'thread' && message.message.type === 'failure') {
        this.failures.push(message.message.text);
      } else if (message.type === 'ended') {
        this.failures.push(`internal The thread ended: ${message.error}`);
      }
    });
    const how = await this.#hearWorker(
      (message) => (message.type === 'ready' || message.type === 'failed' ? message : undefined),
      { type: 'begin', script, data, options },
    );
    if (how.type === 'failed') throw new Broken(`The store was not opened: ${how.reason} ${how.detail}`);
  }

  /** Throws `Killed` when the process dies before it answers. */
  run<N extends CommandName>(name: N, input: CommandInput<N>): Promise<Outcome<N>> {
    const id = this.#next++;
    const message = { type: 'command', id, command: { name, input } } as never;
    return this.#hearWorker(
      (answer) => {
        if (answer.type !== 'reply' || answer.id !== id) return undefined;
        const { reply } = answer;
        if (reply.ok) return { ok: true, result: reply.result as CommandResult<N> };
        if (['internal', 'busy', 'noAccess'].includes(reply.failure.reason))
          this.failures.push(`internal command ${name}: ${reply.failure.detail}`);
        return { ok: false, reason: reply.failure.reason };
      },
      { type: 'worker', message },
    );
  }

  /** The thread ends in order; the process is left. */
  quit(): Promise<true> {
    this.beginSearch();
    return this.#hearWorker((message) => (message.type === 'stopped' ? true : undefined), {
      type: 'worker',
      message: { type: 'stop' },
    });
  }

  /** The thread of the search index waits otherwise (search-thread.ts). */
  beginSearch(): void {
    this.tell({ type: 'thread', message: { type: 'search' } });
  }
  arm(armed: Armed | null): Promise<true> {
    return this.hear(
      (message) => (message.type === 'thread' && message.message.type === 'armed' ? true : undefined),
      { type: 'thread', message: { type: 'arm', armed } },
    );
  }
  passed(): Promise<[string, number][]> {
    return this.hear(
      (message) =>
        message.type === 'thread' && message.message.type === 'passed' ? message.message.passed : undefined,
      { type: 'thread', message: { type: 'passed' } },
    );
  }
  surroundings(address: string, offMs: number, cut: boolean): void {
    this.tell({ type: 'thread', message: { type: 'surroundings', address, offMs, cut } });
  }

  #hearWorker<T>(take: (message: FromWorker) => T | undefined, tell: ToDevice): Promise<T> {
    return this.hear((message) => (message.type === 'worker' ? take(message.message) : undefined), tell);
  }
}
