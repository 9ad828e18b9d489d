/**
 * Electron for `npm start`: whether its binary is here or can be fetched.
 *
 * The package brings no binary; its own install.js fetches it from its releases and checks it against checksums in the package.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { root } from './node24.mjs';

const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
const failedStamp = join(root, '.cache', 'electron-not-fetched');
const TRY_AGAIN_MS = 24 * 60 * 60 * 1000;

/** The binary's path, or in a few words why there is none. Asks the network at most once a day after a failure. */
export async function electronBinary(): Promise<{ path: string } | { missing: string }> {
  const here = installed();
  if (here !== null) return { path: here };
  if (existsSync(failedStamp) && Date.now() - statSync(failedStamp).mtimeMs < TRY_AGAIN_MS) {
    return { missing: readFileSync(failedStamp, 'utf8') };
  }
  const missing = await fetchBinary();
  if (missing === null) {
    rmSync(failedStamp, { force: true });
    return { path: installed() ?? '' };
  }
  mkdirSync(dirname(failedStamp), { recursive: true });
  writeFileSync(failedStamp, missing);
  return { missing };
}

function installed(): string | null {
  const listed = join(folder, 'path.txt');
  if (!existsSync(listed)) return null;
  const dist = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(folder, 'dist');
  const path = join(dist, readFileSync(listed, 'utf8'));
  return existsSync(path) ? path : null;
}

/** Null when it went well. */
async function fetchBinary(): Promise<string | null> {
  const from =
    process.env['ELECTRON_MIRROR'] ?? process.env['npm_config_electron_mirror'] ?? 'https://github.com/';
  // Asked first and briefly: the download itself would hang for minutes where the network swallows it.
  const reached = await fetch(from, { method: 'HEAD', signal: AbortSignal.timeout(5_000) }).then(
    () => true,
    () => false,
  );
  if (!reached) return `${new URL(from).host} cannot be reached`;
  process.stderr.write('Fetching Electron (only once; about 120 MB)…\n');
  const result = spawnSync(process.execPath, [join(folder, 'install.js')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 15 * 60 * 1000,
    encoding: 'utf8',
  });
  if (result.status === 0 && installed() !== null) return null;
  return `its download failed (${(result.stderr ?? '').trim().split('\n')[0] || 'timed out'})`;
}
