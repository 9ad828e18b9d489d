/**
 * A Chromium for the stories and the screenshots: the one that LOCKSTEP_CHROMIUM names, one that is installed, or, on Linux, the
 * one that comes as a package. Of that package only the binary is used: its own list of flags switches web security off,
 * which would blind every test of origins.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { withLock } from './lock.mjs';
import { root } from './node24.mjs';

/** No sandbox: it cannot start as root, or in most containers, and these pages are our own. */
export const CHROMIUM_ARGS = ['--no-sandbox', '--disable-gpu'];

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

type Chromium = { path: string; env: Record<string, string> };

export async function findChromium(): Promise<Chromium> {
  const named = process.env['LOCKSTEP_CHROMIUM'];
  if (named !== undefined) return { path: named, env: {} };
  const installed = INSTALLED.find((path) => existsSync(path));
  if (installed !== undefined) return { path: installed, env: {} };
  if (process.platform === 'linux' && process.arch === 'x64') return unpacked();
  throw new Error('The stories need Chromium or Chrome. Install one, or name it in LOCKSTEP_CHROMIUM.');
}

/** The package's binary, unpacked once. */
async function unpacked(): Promise<Chromium> {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const home = dirname(dirname(entry));
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
  const folder = join(root, '.cache', `chromium-${version}`);
  const done = join(folder, 'done');
  const path = join(folder, 'chromium');
  if (!existsSync(done)) {
    await withLock(`${folder}.lock`, async () => {
      if (existsSync(done)) return;
      mkdirSync(folder, { recursive: true });
      // It unpacks into the folder for temporary files, wherever that is just now.
      const before = process.env['TMPDIR'];
      process.env['TMPDIR'] = folder;
      try {
        const chromium = await import('@sparticuz/chromium');
        await chromium.default.executablePath();
        await chromium.inflate(join(home, 'bin', 'al2023.tar.br'));
      } finally {
        if (before === undefined) delete process.env['TMPDIR'];
        else process.env['TMPDIR'] = before;
      }
      writeFileSync(done, '');
    });
  }
  return { path, env: surroundings(path, folder) };
}

/** A bare machine has neither the libraries nor a font: then those of the package. */
function surroundings(path: string, folder: string): Record<string, string> {
  const env: Record<string, string> = {};
  try {
    execFileSync(path, ['--version'], { stdio: 'ignore' });
  } catch {
    env['LD_LIBRARY_PATH'] = join(folder, 'al2023', 'lib');
  }
  if (!existsSync('/usr/share/fonts')) {
    const config = join(folder, 'fonts.conf');
    writeFileSync(
      config,
      `<?xml version="1.0"?><fontconfig><dir>${folder}/fonts</dir><cachedir>${folder}/fonts-cache</cachedir></fontconfig>`,
    );
    env['FONTCONFIG_FILE'] = config;
  }
  return env;
}
