/**
 * Installs what is missing, before `npm start`, `npm test`, `npm run cloud` and `npm run demo`.
 *
 * Runs on the Node that is there (20 and newer) and needs nothing installed. Two things:
 * - node_modules, by `npm ci`, when it does not hold what package-lock.json says;
 * - Node 24, from npm, when this Node is older: Lockstep's code runs on 24 (with-node24.mjs).
 * Everything it says goes to stderr, so that a program's own lines on stdout stay alone there.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { withLock } from './lock.mjs';
import { findNode24, NODE_MAJOR, node24Folder, node24Source, root } from './node24.mjs';

const say = (line) => process.stderr.write(`${line}\n`);

const lockFile = join(root, 'package-lock.json');
const stampFile = join(root, 'node_modules', '.lockstep-installed');

/** `npm ci` went well for this very lock file, or npm's own list of what is in node_modules agrees with it. */
function packagesInstalled() {
  return (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === lockHash()) || packagesAgree();
}

const lockHash = () => createHash('sha256').update(readFileSync(lockFile)).digest('hex');

/** True when every package of package-lock.json that is needed here is in node_modules in that very version. */
function packagesAgree() {
  const wanted = readLock(lockFile);
  const present = readLock(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === null) throw new Error('package-lock.json is missing or damaged: restore it from git.');
  if (present === null) return false;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '') continue;
    const found = present[path];
    // Optional ones are mostly the same part for another platform: absent is right, another version is not.
    if (found === undefined ? !entry.optional : found.version !== entry.version) return false;
  }
  return true;
}

function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? null;
  } catch {
    return null;
  }
}

/** npm may be the one that runs this script, another that is on the PATH, or a .cmd file on Windows. */
function npm(args, cwd) {
  const env = { ...process.env };
  for (const name of Object.keys(env)) {
    // What the outer npm tells its script about itself would steer the inner one: the folder, what to leave out.
    if (
      /^npm_(config_(local_prefix|prefix|omit|production|only|dry_run|json|ignore_scripts)$|package_|lifecycle_)/i.test(
        name,
      )
    ) {
      delete env[name];
    }
  }
  const cli = process.env.npm_execpath;
  const own = cli !== undefined && basename(cli) === 'npm-cli.js' && existsSync(cli);
  const quiet = ['--no-fund', '--no-audit', '--loglevel=error', '--include=dev', '--include=optional'];
  // No package of ours needs its install script, and newer npm versions refuse to run them anyway.
  const all = [...args, ...quiet, '--ignore-scripts'];
  const options = { cwd, env, stdio: ['ignore', 2, 2] };
  const result = own
    ? spawnSync(process.execPath, [cli, ...all], options)
    : spawnSync('npm', all, { ...options, shell: process.platform === 'win32' });
  if (result.error) say(`npm could not be started: ${result.error.message}`);
  return result.status === 0;
}

function fail(what, help) {
  say(`\nLockstep: ${what}\n${help}`);
  process.exit(1);
}

const OFFLINE =
  'npm says why above. Lockstep needs the npm registry once: connect to the internet (or set your proxy with\n' +
  '`npm config set proxy …`) and run the same command again. Nothing else was changed.';

function installPackages() {
  say('Installing what Lockstep needs (only once; a minute or two)…');
  if (!npm(['ci'], root)) fail('its parts could not be installed.', OFFLINE);
  writeFileSync(stampFile, lockHash());
}

function installNode24() {
  say(
    `This is Node ${process.versions.node}; Lockstep runs on Node ${NODE_MAJOR}. Fetching it from npm, for Lockstep alone…`,
  );
  mkdirSync(node24Folder, { recursive: true });
  cpSync(node24Source, node24Folder, { recursive: true });
  const fetched = npm(['ci'], node24Folder);
  if (findNode24() !== null) return;
  if (!fetched) fail(`Node ${NODE_MAJOR} could not be fetched.`, OFFLINE);
  fail(
    `npm has no Node ${NODE_MAJOR} for ${process.platform} on ${process.arch}.`,
    `Install Node ${NODE_MAJOR} or newer yourself (https://nodejs.org/en/download) and run the same command again.`,
  );
}

const ready = () => packagesInstalled() && findNode24() !== null;

if (!ready()) {
  await withLock(
    join(root, '.cache', 'setup.lock'),
    () => {
      if (findNode24() === null) installNode24();
      if (!packagesInstalled()) installPackages();
    },
    () => say('Another Lockstep command is installing; waiting for it…'),
  );
}
