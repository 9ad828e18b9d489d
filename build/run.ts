/** Runs a tool of the project and keeps what it says. */
import { spawn } from 'node:child_process';
import { root } from './node24.mjs';

export type Outcome = { ok: boolean; output: string };

type Options = { live?: boolean; env?: Record<string, string>; timeoutMs?: number };

/** `live`: its lines also go straight to the terminal. Ended, and counted as failed, when it takes too long. */
export function run(command: string, args: string[], options: Options = {}): Promise<Outcome> {
  const { live = false, env = {}, timeoutMs = 10 * 60 * 1000 } = options;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    const chunks: Buffer[] = [];
    const take = (chunk: Buffer) => {
      chunks.push(chunk);
      if (live) process.stdout.write(chunk);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill();
    }, timeoutMs);
    const end = (ok: boolean, more = '') => {
      clearTimeout(timer);
      resolve({ ok, output: Buffer.concat(chunks).toString('utf8') + more });
    };
    child.on('error', (error) => end(false, `${command} could not be started: ${error.message}\n`));
    child.on('close', (code) =>
      end(code === 0 && !late, late ? `${command}: ended after ${timeoutMs / 60_000} minutes\n` : ''),
    );
  });
}

/** Runs a program of ours on the Node that runs this. */
export function runNode(script: string, ...args: string[]): Promise<Outcome> {
  return run(process.execPath, [script, ...args]);
}
