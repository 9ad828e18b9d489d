/**
 * The two ends of one measurement: the bench starts a process of its own for each, gives it its input as one JSON argument and takes
 * its numbers as one message. What it cost is read where it ran: CPU seconds of all its threads, and the most memory it held.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export type Numbers = Record<string, number>;

/** What takes longer is given up. */
const LONGEST_MS = 12 * 60_000;

type Options = { timeoutMs?: number; nodeArgs?: string[] };

/** In the bench: runs `script` (relative to bench/) to its end. */
export function runChild(script: string, input: object, options: Options = {}): Promise<Numbers> {
  const child = watched(
    fork(
      fileURLToPath(new URL(`../${script}`, import.meta.url)),
      [JSON.stringify(input)],
      forkOptions(options.nodeArgs),
    ),
  );
  const { timeoutMs = LONGEST_MS } = options;
  return new Promise((resolve, reject) => {
    let numbers: Numbers | null = null;
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.on('message', (message) => {
      numbers = message as Numbers;
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      if (code === 0 && numbers !== null) resolve(numbers);
      else reject(new Error(`${script} ${JSON.stringify(input)} ended with ${signal ?? code}`));
    });
  });
}

export type Server = { process: ChildProcess; ready: Record<string, unknown>; stop(): Promise<void> };

/** In the bench or a measurement: starts `script`, which says once that it serves and then serves until it is stopped. */
export function startServer(script: string, input: object): Promise<Server> {
  const path = fileURLToPath(new URL(`../${script}`, import.meta.url));
  const child = watched(fork(path, [JSON.stringify(input)], forkOptions()));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code} before it served`)));
    child.once('message', (ready) =>
      resolve({
        process: child,
        ready: ready as Record<string, unknown>,
        async stop() {
          child.kill('SIGTERM');
          const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
          await ended;
          clearTimeout(timer);
        },
      }),
    );
  });
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
/** Nothing is left running, however this process ends. */
function watched(child: ChildProcess): ChildProcess {
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

function forkOptions(nodeArgs: string[] = []) {
  return { stdio: ['ignore', 2, 2, 'ipc'] as const, execArgv: nodeArgs } as Parameters<typeof fork>[2];
}

/** In the measurement: its input; from here on it ends with the bench. */
export function input<T>(): T {
  // Whoever asked for it is gone. What it started itself ends with it.
  process.once('disconnect', () => process.exit(1));
  return JSON.parse(process.argv[2] ?? '{}') as T;
}

/** In the measurement: hands the numbers over, with what this process has cost, and ends. */
export function finish(numbers: Numbers): void {
  const { user, system } = process.cpuUsage();
  const cost = { cpuS: (user + system) / 1e6, peakMb: process.resourceUsage().maxRSS / 1024 };
  process.send?.({ ...cost, ...numbers }, () => process.exit(0));
}
