/**
 * `node build/complete-lock.mjs`: writes into package-lock.json what npm left out.
 *
 * npm leaves an optional package out of the lock when the registry it asks does not list it (a platform's
 * build that came late), and `npm ci` then refuses the lock as a whole. Optional packages are pinned exactly by
 * the package that wants them, and their names say their platform, so the entries can be completed without the registry; only
 * their checksums are missing. Run after `npm install`; a unit test says when it is needed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './node24.mjs';

const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/;
const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const PROCESSORS = {
  aarch64: 'arm64',
  arm64: 'arm64',
  armv7: 'arm',
  arm: 'arm',
  ia32: 'ia32',
  loong64: 'loong64',
  mips64el: 'mips64el',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  x64: 'x64',
};

/** Entries that an optional dependency asks for and the lock does not have. */
export function missingEntries(lock) {
  const missing = {};
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (!EXACT.test(version) || found(lock, path, name)) continue;
      missing[`node_modules/${name}`] = platformEntry(name, version, entry.dev === true || path === '');
    }
  }
  return missing;
}

/** As Node looks a package up: beside the asking one, then a folder further out each time. */
function found(lock, from, name) {
  for (let at = from; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (lock.packages[`${at}/node_modules/${name}`]) return true;
  }
  return lock.packages[`node_modules/${name}`] !== undefined;
}

function platformEntry(name, version, dev) {
  const words = name.slice(name.indexOf('/') + 1).split('-');
  const os = words.find((word) => SYSTEMS.includes(word));
  const cpu = words.map((word) => (word === 'wasm32' ? 'wasm32' : PROCESSORS[word])).find(Boolean);
  if (os === undefined || cpu === undefined) {
    throw new Error(
      `${name}: its name does not say for which platform it is; add it to package-lock.json by hand.`,
    );
  }
  return { version, cpu: [cpu], ...(dev ? { dev: true } : {}), optional: true, os: [os], ...libc(os, words) };
}

function libc(os, words) {
  if (os !== 'linux') return {};
  const musl = words.some((word) => word.startsWith('musl'));
  const gnu = words.some((word) => word.startsWith('gnu'));
  return musl ? { libc: ['musl'] } : gnu ? { libc: ['glibc'] } : {};
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const path = join(root, 'package-lock.json');
  const lock = JSON.parse(readFileSync(path, 'utf8'));
  const missing = missingEntries(lock);
  const all = { ...lock.packages, ...missing };
  const sorted = Object.keys(all).sort((a, b) => a.localeCompare(b, 'en'));
  lock.packages = Object.fromEntries(sorted.map((key) => [key, all[key]]));
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  process.stdout.write(`${Object.keys(missing).length} entries added to package-lock.json.\n`);
}
