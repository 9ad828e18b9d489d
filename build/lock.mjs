/**
 * One at a time: a lock file that holds the id of the process that has it. Two `npm start` on a fresh clone must not
 * install, or build the renderer, over each other. A lock whose process is gone is taken over.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** @param {string} path @param {() => Promise<void> | void} work @param {() => void} [onWait] */
export async function withLock(path, work, onWait) {
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  while (!take(path)) {
    if (!told) onWait?.();
    told = true;
    await wait(200);
  }
  const release = () => rmSync(path, { force: true });
  process.once('exit', release);
  try {
    await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

function take(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const holder = Number(readIfThere(path));
  if (holder > 0 && alive(holder)) return false;
  // Empty: just being made, or left by a process that died in between; a second look settles it.
  if (!(holder > 0) && !emptyBefore.delete(path)) emptyBefore.add(path);
  else rmSync(path, { force: true });
  return false;
}

const emptyBefore = new Set();

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
