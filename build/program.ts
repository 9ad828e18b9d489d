/**
 * One of Lockstep's programs as a process of its own, the way a person runs it: started with arguments, known by the
 * line it prints when it serves, ended kindly or with kill -9, started again on the same folder and port.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from './node24.mjs';

export type ProgramOptions = {
  name: string;
  script: string;
  args: (port: number) => string[];
  /** Its first group is the address. */
  ready: RegExp;
  env?: Record<string, string>;
  startWithinMs?: number;
};

export class Program {
  readonly lines: string[] = [];
  /** The address it printed last, with everything that stands in it (a host's token). */
  address = '';
  private readonly options: ProgramOptions;
  /** From the next start on, beside what it was made with. */
  readonly env: Record<string, string> = {};
  private child: ChildProcess | null = null;
  private port = 0;

  constructor(options: ProgramOptions) {
    this.options = options;
  }

  get running(): boolean {
    return this.child !== null;
  }

  get origin(): string {
    return new URL(this.address).origin;
  }

  /** Starts it (again): the second time on the port it had the first time. Resolves when it serves. */
  async start(): Promise<void> {
    if (this.child !== null) throw new Error(`${this.options.name} runs already`);
    const { name, script, args, env = {}, startWithinMs = 60_000 } = this.options;
    const child = spawn(process.execPath, [join(root, script), ...args(this.port)], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...surroundings(), ...env, ...this.env },
    });
    this.child = child;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`${name} did not serve within ${startWithinMs / 1000} s\n${this.log()}`));
      }, startWithinMs);
      createInterface({ input: child.stdout }).on('line', (line) => {
        this.lines.push(line);
        const address = this.options.ready.exec(line)?.[1];
        if (address === undefined) return;
        clearTimeout(timer);
        this.address = address;
        this.port = Number(new URL(address).port);
        resolve();
      });
      createInterface({ input: child.stderr }).on('line', (line) => this.lines.push(`! ${line}`));
      child.once('error', reject);
      child.once('close', (code, signal) => {
        clearTimeout(timer);
        this.lines.push(`(ended: ${signal ?? code})`);
        if (this.child === child) this.child = null;
        reject(new Error(`${name} ended (${signal ?? code})\n${this.log()}`));
      });
    });
  }

  /** As Ctrl-C or a shut-down ends it. Fails when it does not end by itself. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child === null) return;
    const ended = this.ended(child);
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    const signal = await ended;
    clearTimeout(timer);
    if (signal === 'SIGKILL') throw new Error(`${this.options.name} did not end by itself\n${this.log()}`);
  }

  /** Without any warning, as a power cut. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child === null) return;
    const ended = this.ended(child);
    child.kill('SIGKILL');
    await ended;
  }

  log(): string {
    return this.lines.slice(-60).join('\n');
  }

  private ended(child: ChildProcess): Promise<NodeJS.Signals | null> {
    return new Promise((resolve) => {
      child.once('close', (_, signal) => {
        this.child = null;
        resolve(signal);
      });
    });
  }
}

/** What a program sees of this process's surroundings: no settings of the test runner or of npm. */
function surroundings(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_OPTIONS|NODE_ENV|PW_|PLAYWRIGHT_|TEST_|LOCKSTEP_)/.test(name),
  );
  return Object.fromEntries(kept) as Record<string, string>;
}
