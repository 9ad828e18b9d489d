import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CloudHere, cloudHereFiles, createCloudHere, noteSchema } from './cloud-here.ts';

let folder: string;
const apps: CloudHere[] = [];
const fake = fileURLToPath(new URL('./testing/fake-cloud.ts', import.meta.url));
const app = (cloudMain = fake) => {
  const made = createCloudHere({
    folder,
    lingerMs: 600,
    cloudMain,
  });
  apps.push(made);
  return made;
};
const pidAt = async (url: string): Promise<number | null> => {
  try {
    return Number(await (await fetch(url)).text());
  } catch {
    return null;
  }
};
const gone = (url: string) => expect.poll(() => pidAt(url), { timeout: 15_000, interval: 100 }).toBeNull();

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lockstep-here-'));
});
afterEach(async () => {
  const url = apps[0]?.address() ?? null;
  for (const one of apps.splice(0)) one.release();
  if (url !== null) await gone(url);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

test('HOST-15 several apps share one cloud, which ends with the last of them and comes back at the same address', async () => {
  const first = app();
  const second = app();
  expect(first.address()).toBeNull();
  const [a, b] = await Promise.all([first.acquire(), second.acquire()]);
  expect(a).toBe(b);
  expect(a).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(second.address()).toBe(a);
  const pid = await pidAt(a);
  first.release();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(await pidAt(a)).toBe(pid);
  second.release();
  await gone(a);
  expect(await app().acquire()).toBe(a);
});

test('HOST-15 a cloud that dies is started again while it is used', async () => {
  const url = await app().acquire();
  const before = await pidAt(url);
  await pidAt(`${url}/crash`);
  await expect.poll(() => pidAt(url), { timeout: 10_000 }).not.toBeNull();
  expect(await pidAt(url)).not.toBe(before);
});

test('HOST-15 a keeper that is killed takes the cloud along, and the app that uses it starts both again', async () => {
  const url = await app().acquire();
  const before = await pidAt(url);
  const keeper = noteSchema.parse(JSON.parse(readFileSync(cloudHereFiles(folder).note, 'utf8'))).pid;
  process.kill(keeper, 'SIGKILL');
  await expect
    .poll(async () => ((await pidAt(url)) ?? before) !== before, { timeout: 15_000, interval: 100 })
    .toBe(true);
});

test('HOST-15 its files are for this person alone', async () => {
  await app().acquire();
  const files = cloudHereFiles(folder);
  for (const file of [files.note, files.log]) expect(statSync(file).mode & 0o077).toBe(0);
  expect(statSync(files.data).mode & 0o077).toBe(0);
});

test('HOST-15 the real cloud serves there, keeps its data, and ends with its keeper', async () => {
  const real = fileURLToPath(new URL('../../cloud/main.ts', import.meta.url));
  const url = await app(real).acquire();
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  const note = noteSchema.parse(JSON.parse(readFileSync(cloudHereFiles(folder).note, 'utf8')));
  expect(note.url).toBe(url);
  for (const one of apps) one.release();
  await gone(`${url}/healthz`);
});
