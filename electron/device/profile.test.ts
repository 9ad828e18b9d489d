import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createBrowserHost } from '../host/browser-host.ts';
import type { WatchConditions } from '../host/host.ts';
import { beginRecovery, moveAside, noteProgress } from '../store/damage/set-aside.ts';
import { endDatabase, openDatabase } from '../sync/open-database.ts';
import type { Conditions } from '../sync/status-types.ts';
import { Profile } from './profile.ts';
import { ProfileInUse } from './profile-lock.ts';
import { builtThreads, knowsNothing, testDevices } from './testing/devices.ts';
import { workerThreads } from './worker-threads.ts';

const devices = testDevices();
afterEach(() => devices.clean());

/** Every file of a folder with its content: equal before and after means that nothing was changed. */
function contentOf(folder: string, except: string[] = []): Record<string, string> {
  const all: Record<string, string> = {};
  for (const name of readdirSync(folder)) {
    if (/^(profile\.lock|running\.json)/.test(name) || except.includes(name)) continue;
    const file = path.join(folder, name);
    all[name] = readFileSync(file).toString('base64');
  }
  return all;
}

async function usedProfile(): Promise<string> {
  const first = await devices.start();
  await first.api.settings.set.mutate({ appearance: 'dark' });
  await devices.stop(first);
  return first.folder;
}

test('HOST-9 a new profile gets a key and an empty database, and finds both again', async () => {
  const folder = await usedProfile();
  expect(existsSync(path.join(folder, 'database.key'))).toBe(true);
  const again = await devices.start(folder);
  expect(await again.api.session.state.query()).toEqual({
    kind: 'signedOut',
    cloudAddress: null,
    canHostHere: false,
    kept: null,
  });
  expect((await again.api.settings.get.query()).appearance).toBe('dark');
});

test('API-7 a device that is stopped ends in order: no log is left, and the next start looks no closer', async () => {
  const folder = await usedProfile();
  expect(readdirSync(folder).filter((name) => /-(wal|shm)$/.test(name))).toEqual([]);
  const kept = await createBrowserHost({ passphrase: null, cloudHere: null }).keychain(folder).load();
  if (kept.kind !== 'found') throw new Error(kept.kind);
  const { store, unclean } = openDatabase({
    dbPath: path.join(folder, 'messages.db'),
    dbKey: kept.key,
    nowMs: Date.now(),
    suspected: null,
    certain: false,
    mayRecover: true,
    onProgress: () => {},
  });
  expect(unclean).toBe(false);
  endDatabase(store);
});

test('HOST-10 a database without its key file is locked, and nothing is changed', async () => {
  const folder = await usedProfile();
  rmSync(path.join(folder, 'database.key'));
  const before = contentOf(folder);
  const it = await devices.start(folder);
  expect(await it.api.session.state.query()).toMatchObject({ kind: 'locked', reason: 'keyUnreadable' });
  await expect(it.api.conversations.list.query()).rejects.toMatchObject({ data: { reason: 'locked' } });
  expect(await it.api.session.unlock.mutate()).toMatchObject({ kind: 'locked' });
  await devices.stop(it);
  expect(contentOf(folder)).toEqual(before);
});

test('HOST-10 a wrong key is locked, and the right one put back opens everything', async () => {
  const folder = await usedProfile();
  const keyPath = path.join(folder, 'database.key');
  const right = readFileSync(keyPath);
  const other = await usedProfile();
  copyFileSync(path.join(other, 'database.key'), keyPath);
  const before = contentOf(folder);
  const it = await devices.start(folder);
  expect(await it.api.session.state.query()).toMatchObject({ kind: 'locked', reason: 'keyUnreadable' });
  expect(contentOf(folder)).toEqual(before);
  writeFileSync(keyPath, right);
  expect(await it.api.session.unlock.mutate()).toMatchObject({ kind: 'signedOut' });
  expect((await it.api.settings.get.query()).appearance).toBe('dark');
});

test('HOST-10 DMG-2 a damaged database whose key is not known to be the right one is locked, and nothing is changed', async () => {
  const folder = await usedProfile();
  writeFileSync(path.join(folder, 'messages.db'), Buffer.alloc(8192, 7));
  // Without the keepsake nothing says that the key is the right one (SPEC DMG-2).
  for (const name of ['messages.db-wal', 'messages.db-shm', 'device.sealed'])
    rmSync(path.join(folder, name), { force: true });
  const before = contentOf(folder);
  const it = await devices.start(folder);
  expect(await it.api.session.state.query()).toMatchObject({ kind: 'locked' });
  await devices.stop(it);
  expect(contentOf(folder)).toEqual(before);
});

test('ATT-4 HOST-10 starting fresh puts the files of attachments aside with their database; a wipe takes them', async () => {
  const folder = await usedProfile();
  const attachments = path.join(folder, 'attachments');
  mkdirSync(attachments);
  writeFileSync(path.join(attachments, 'f'.repeat(64)), 'sealed');
  rmSync(path.join(folder, 'database.key'));
  const it = await devices.start(folder);
  await it.api.session.startFresh.mutate({ confirmed: true });
  await devices.stop(it);
  const aside = readdirSync(folder).find((name) => name.startsWith('set-aside-')) ?? '';
  expect(readdirSync(path.join(folder, aside, 'attachments'))).toEqual(['f'.repeat(64)]);
  expect(existsSync(attachments)).toBe(false);
});

test('HOST-11 a profile under a passphrase is locked with another one', async () => {
  const folder = devices.newFolder();
  const host = (passphrase: string) => ({
    host: createBrowserHost({ passphrase, cloudHere: null, watchConditions: knowsNothing }),
  });
  await devices.stop(await devices.start(folder, host('correct horse battery')));
  const wrong = await devices.start(folder, host('another'));
  expect(await wrong.api.session.state.query()).toMatchObject({ kind: 'locked', reason: 'passphrase' });
  await devices.stop(wrong);
  const right = await devices.start(folder, host('correct horse battery'));
  expect(await right.api.session.state.query()).toMatchObject({ kind: 'signedOut' });
});

test("HOST-10 starting fresh is the person's own word: it puts the old files aside, whole", async () => {
  const folder = await usedProfile();
  const key = readFileSync(path.join(folder, 'database.key'), 'utf8');
  writeFileSync(path.join(folder, 'database.key'), 'damaged');
  const it = await devices.start(folder);
  await expect(it.api.session.startFresh.mutate({ confirmed: false as never })).rejects.toMatchObject({
    data: { reason: 'invalidInput' },
  });
  expect(await it.api.session.startFresh.mutate({ confirmed: true })).toMatchObject({ kind: 'signedOut' });
  const aside = readdirSync(folder).find((name) => name.startsWith('set-aside-')) ?? '';
  expect(readFileSync(path.join(folder, aside, 'database.key'), 'utf8')).toBe('damaged');
  expect(existsSync(path.join(folder, aside, 'messages.db'))).toBe(true);
  expect(readFileSync(path.join(folder, 'database.key'), 'utf8')).not.toBe(key);
});

/** As a start leaves it that was ended after it had moved the database aside. Gives the folder's name. */
function cutShort(folder: string): string {
  const database = path.join(folder, 'messages.db');
  const recovery = beginRecovery(database, 'test', 11);
  moveAside(database, recovery);
  noteProgress(recovery, 'reading');
  return path.basename(recovery.folder);
}

test('HOST-10 DMG-14 starting fresh while a recovery is under way puts it aside with its key, and both put back go on', async () => {
  const folder = await usedProfile();
  const key = readFileSync(path.join(folder, 'database.key'));
  const recovery = cutShort(folder);
  writeFileSync(path.join(folder, 'database.key'), 'damaged');
  const it = await devices.start(folder);
  expect(await it.api.session.startFresh.mutate({ confirmed: true })).toMatchObject({ kind: 'signedOut' });
  expect(await it.api.notices.list.query()).toEqual([]);
  await devices.stop(it);
  const aside = path.join(folder, readdirSync(folder).find((name) => name.startsWith('set-aside-')) ?? '');
  expect(existsSync(path.join(folder, recovery))).toBe(false);
  expect(readdirSync(path.join(aside, recovery))).toContain('messages.db');

  rmSync(path.join(folder, 'messages.db'));
  for (const name of readdirSync(aside)) renameSync(path.join(aside, name), path.join(folder, name));
  writeFileSync(path.join(folder, 'database.key'), key);
  const back = await devices.start(folder);
  await expect
    .poll(() => back.api.settings.get.query().catch(() => null), { timeout: 10_000 })
    .toMatchObject({ appearance: 'dark' });
});

test('HOST-10 a recovery under way without its key and keepsake is locked, and nothing is made in their place', async () => {
  const folder = await usedProfile();
  const recovery = cutShort(folder);
  for (const name of ['database.key', 'device.sealed']) rmSync(path.join(folder, name));
  const content = () => [contentOf(folder, [recovery]), contentOf(path.join(folder, recovery))];
  const before = content();
  const it = await devices.start(folder);
  expect(await it.api.session.state.query()).toMatchObject({ kind: 'locked', reason: 'keyUnreadable' });
  await devices.stop(it);
  expect(content()).toEqual(before);
});

test('DMG-14 a wipe takes the recovery that is under way, and what was set aside before stays', async () => {
  const folder = await usedProfile();
  const profile = new Profile({
    folder,
    host: watchedHost().host,
    threads: builtThreads(),
    onEvent: () => {},
    onCrash: () => {},
  });
  await profile.open();
  const database = path.join(folder, 'messages.db');
  const over = beginRecovery(database, 'test', 11);
  noteProgress(over, 'done');
  beginRecovery(database, 'test', 12);
  await profile.wipe();
  await profile.close();
  const left = readdirSync(folder).filter((name) => name.startsWith('damaged-'));
  expect(left).toEqual([path.basename(over.folder)]);
});

test('HOST-8 a profile that is open is not opened again', async () => {
  const it = await devices.start();
  it.device.noteAddress('http://127.0.0.1:1/?token=x');
  await expect(devices.start(it.folder)).rejects.toThrow(ProfileInUse);
  await expect(devices.start(it.folder)).rejects.toThrow('http://127.0.0.1:1/?token=x');
});

test('HOST-14 a keychain that protects nothing is said, and can be put away', async () => {
  const host = createBrowserHost({ passphrase: null, cloudHere: null, watchConditions: knowsNothing });
  const weak = { ...host, keychain: (folder: string) => ({ ...host.keychain(folder), strong: false }) };
  const it = await devices.start(undefined, { host: weak });
  const [notice] = await it.api.notices.list.query();
  expect(notice).toMatchObject({ code: 'keychainWeak' });
  await it.api.notices.dismiss.mutate({ id: notice?.id ?? '' });
  expect(await it.api.notices.list.query()).toEqual([]);
});

/** A host that says how many watch, and lets the test say what they hear. */
function watchedHost() {
  const watchers = new Set<(conditions: Conditions) => void>();
  const watchConditions: WatchConditions = (onChange) => {
    watchers.add(onChange);
    return () => void watchers.delete(onChange);
  };
  return { watchers, host: createBrowserHost({ passphrase: null, cloudHere: null, watchConditions }) };
}

test('HOST-23 what the host knows of this computer goes to the sync worker of an open profile', async () => {
  const { watchers, host } = watchedHost();
  const profile = new Profile({
    folder: await usedProfile(),
    host,
    threads: workerThreads(new URL('./testing/fake-worker.ts', import.meta.url)),
    onEvent: () => {},
    onCrash: () => {},
  });
  await profile.open();
  for (const tell of watchers) tell({ onBattery: true, metered: false });
  const { url } = await profile.opened.worker.run('checkCloud', { url: 'conditions' });
  expect(JSON.parse(url)).toEqual({ onBattery: true, metered: false });
  await profile.close();
});

test('HOST-23 one watch while a profile is open, another one when it starts fresh, none while it is locked or closed', async () => {
  const { watchers, host } = watchedHost();
  const it = await devices.start(undefined, { host });
  expect(watchers.size).toBe(1);
  const [first] = watchers;
  await it.api.session.startFresh.mutate({ confirmed: true });
  expect([...watchers]).not.toEqual([first]);
  expect(watchers.size).toBe(1);
  await devices.stop(it);
  expect(watchers.size).toBe(0);
  rmSync(path.join(it.folder, 'database.key'));
  const other = watchedHost();
  const locked = await devices.start(it.folder, { host: other.host });
  expect(await locked.api.session.state.query()).toMatchObject({ kind: 'locked' });
  expect(other.watchers.size).toBe(0);
  await locked.api.session.startFresh.mutate({ confirmed: true });
  expect(other.watchers.size).toBe(1);
  await devices.stop(locked);
  expect(other.watchers.size).toBe(0);
});

test('API-7 the device outlives its sync worker: the person is told, and everything goes on', async () => {
  const it = await devices.start(undefined, {
    threads: workerThreads(new URL('./testing/mortal-worker.ts', import.meta.url)),
  });
  await it.api.settings.set.mutate({ appearance: 'light' });
  await expect(it.api.notices.dismiss.mutate({ id: 'die' })).rejects.toMatchObject({
    data: { reason: 'workerCrashed' },
  });
  expect((await it.api.notices.list.query()).map(({ code }) => code)).toEqual(['syncRestarted']);
  expect((await it.api.settings.get.query()).appearance).toBe('light');
  const set = () => it.api.settings.set.mutate({ appearance: 'dark' }).catch(() => null);
  await expect.poll(set, { timeout: 10_000 }).toMatchObject({ appearance: 'dark' });
  expect(it.logs.join()).toContain('died on purpose');
});
