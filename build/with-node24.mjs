/**
 * `node build/with-node24.mjs program.ts …`: runs a program of Lockstep on Node 24, this one or the one that setup.mjs
 * installed, with the project's tools on the PATH. Passes arguments, signals and the exit code through, and leaves nothing running.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { findNode24, NODE_MAJOR, root } from './node24.mjs';

const found = findNode24();
if (found === null) {
  process.stderr.write(
    `Lockstep runs on Node ${NODE_MAJOR}, which is not here yet: run \`node build/setup.mjs\` first.\n`,
  );
  process.exit(1);
}

const path = [found.bin, join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
const child = spawn(found.node, process.argv.slice(2), {
  stdio: 'inherit',
  env: { ...process.env, PATH: path },
});

// Ctrl-C reaches the child by itself (one terminal, one group); this process waits for its end. The others are passed on.
process.on('SIGINT', () => {});
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));

// Run by npm there is a shell in between that passes no signal on. When it, or npm, is gone, so is the reason to run.
if (process.env.npm_lifecycle_event !== undefined) {
  const parents = () => [process.ppid, parentOf(process.ppid)].join();
  const before = parents();
  setInterval(() => {
    if (parents() !== before) child.kill('SIGTERM');
  }, 500).unref();
}

/** Only Linux says it cheaply. */
function parentOf(pid) {
  try {
    return /^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}

child.on('error', (error) => {
  process.stderr.write(`${found.node} could not be started: ${error.message}\n`);
  process.exit(1);
});
child.on('exit', (code, signal) => {
  process.exit(signal === null ? (code ?? 1) : 128 + (constants.signals[signal] ?? 0));
});
