/**
 * Which Node runs Lockstep, and where the one lies that setup.mjs installs.
 *
 * Plain JavaScript without a dependency: it runs on whatever Node a fresh clone finds.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const NODE_MAJOR = 24;

/** Where the exact versions of Node from npm and their checksums stand. */
export const node24Source = join(root, 'build', 'node24');

/** Outside node_modules, so that `npm ci` and `npm install` leave it alone. */
export const node24Folder = join(root, '.cache', 'node24');

/** The folder of the installed Node 24's binary, or null. */
function installedBinFolder() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  for (const prefix of ['node', 'node-bin']) {
    const folder = join(node24Folder, 'node_modules', `${prefix}-${platform}-${process.arch}`, 'bin');
    if (existsSync(join(folder, process.platform === 'win32' ? 'node.exe' : 'node'))) return folder;
  }
  return null;
}

/** @returns {{ node: string, bin: string } | null} this process's own Node if it is new enough, else the installed one */
export function findNode24() {
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) {
    return { node: process.execPath, bin: dirname(process.execPath) };
  }
  const bin = installedBinFolder();
  return bin === null ? null : { node: join(bin, process.platform === 'win32' ? 'node.exe' : 'node'), bin };
}
