/**
 * Keeps the cloud on this computer running: its own small process, started by whichever app needs the cloud first
 * (see `cloud-here.ts`). One per folder, by a lock that the operating system frees. Starts the cloud again when it
 * dies, and ends with the last lease.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { cloudHereFiles, type KeeperNote } from './cloud-here.ts';

const FIRST_LEASE_WITHIN_MS = 20_000;
const STOP_WITHIN_MS = 15_000;
const LONGEST_DELAY_MS = 30_000;
/** This many starts in a row without one that served, and those who wait are told. */
const TRIES = 4;

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    'cloud-main': { type: 'string' },
    linger: { type: 'string', default: '3000' },
  },
});
if (values.folder === undefined || values['cloud-main'] === undefined) {
  console.error('Usage: cloud-keeper --folder DIR --cloud-main FILE. Lockstep starts this by itself.');
  process.exit(2);
}
const cloudMain = values['cloud-main'];
const lingerMs = Number(values.linger);
const files = cloudHereFiles(values.folder);
mkdirSync(files.data, { recursive: true, mode: 0o700 });

const lock = new Database(files.lock, { timeout: 0 });
try {
  lock.pragma('locking_mode = EXCLUSIVE');
  lock.exec('BEGIN EXCLUSIVE');
} catch {
  process.exit(0); // another keeper has it
}

const secret = randomBytes(32).toString('base64url');
const leases = new Set<Socket>();
const waiting = new Set<Socket>();
let cloud: ChildProcess | null = null;
let url: string | null = null;
let failures = 0;
let stopping = false;
let idle: NodeJS.Timeout | null = null;

const server = createServer((socket) => {
  let text = '';
  socket.setEncoding('utf8');
  socket.setTimeout(5_000, () => socket.destroy());
  socket.on('error', () => {});
  socket.on('data', (data: string) => {
    if (leases.has(socket)) return;
    text += data;
    if (text.length > 200) socket.destroy();
    if (!text.includes('\n')) return;
    if (!same(text.trim(), secret)) {
      socket.destroy();
      return;
    }
    socket.setTimeout(0);
    leases.add(socket);
    if (idle !== null) clearTimeout(idle);
    waiting.add(socket);
    tellWaiting();
  });
  socket.on('close', () => {
    waiting.delete(socket);
    if (leases.delete(socket) && leases.size === 0) stopSoon(lingerMs);
  });
});

const leasePort = await listen(server, 0);
const port = await choosePort();
const note: KeeperNote = { pid: process.pid, leasePort, secret, url: `http://127.0.0.1:${port}` };
writeWhole(files.note, JSON.stringify(note));
stopSoon(FIRST_LEASE_WITHIN_MS);
startCloud();
process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => void stop());

function startCloud(): void {
  const child = spawn(
    process.execPath,
    [cloudMain, '--data', files.data, '--port', String(port), '--host', '127.0.0.1'],
    // The cloud ends when this pipe does: with this process, however that ends.
    { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, LOCKSTEP_END_WITH_STDIN: '1' } },
  );
  cloud = child;
  let out = '';
  child.stdout?.setEncoding('utf8');
  child.stdout?.on('data', (text: string) => {
    process.stdout.write(text);
    if (url !== null) return;
    out = (out + text).slice(-10_000);
    const ready = /^Cloud ready: (\S+)$/m.exec(out);
    if (ready?.[1] === undefined) return;
    url = ready[1];
    failures = 0;
    tellWaiting();
  });
  child.on('error', (error) => console.error(error.message));
  child.on('close', (code) => {
    cloud = null;
    url = null;
    if (stopping) return;
    failures += 1;
    console.error(`The cloud ended (${code}); starting it again.`);
    tellWaiting();
    setTimeout(
      () => {
        if (!stopping) startCloud();
      },
      Math.min(200 * 2 ** failures, LONGEST_DELAY_MS),
    );
  });
}

function tellWaiting(): void {
  if (url === null && failures < TRIES) return;
  const line =
    url !== null ? `ready ${url}\n` : `failed it ended ${failures} times; its log is ${files.log}\n`;
  for (const socket of waiting) socket.write(line);
  waiting.clear();
}

function stopSoon(afterMs: number): void {
  if (idle !== null) clearTimeout(idle);
  idle = setTimeout(() => {
    if (leases.size === 0) void stop();
  }, afterMs);
}

async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  rmSync(files.note, { force: true });
  for (const socket of leases) socket.destroy();
  server.close();
  const child = cloud;
  if (child !== null) {
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    child.kill('SIGTERM');
    await ended;
    clearTimeout(timer);
  }
  lock.close();
  process.exit(0);
}

/** Once chosen it stays: accounts remember the cloud's address. */
async function choosePort(): Promise<number> {
  if (existsSync(files.port)) return Number(readFileSync(files.port, 'utf8').trim());
  const probe = createServer();
  const free = await listen(probe, 0);
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  writeWhole(files.port, `${free}\n`);
  return free;
}

function listen(on: Server, wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    on.once('error', reject);
    on.listen(wanted, '127.0.0.1', () => resolve((on.address() as AddressInfo).port));
  });
}

function writeWhole(file: string, text: string): void {
  const draft = `${file}.${randomBytes(4).toString('hex')}.new`;
  writeFileSync(draft, text, { mode: 0o600, flush: true });
  renameSync(draft, file);
}

function same(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
