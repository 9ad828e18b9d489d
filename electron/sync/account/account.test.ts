import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { toHex } from '../../../shared/crypto/bytes.ts';
import { getIdentity } from '../../store/identity.ts';
import { getKeyring } from '../../store/keyring.ts';
import { listNotices } from '../../store/notices.ts';
import { refreshKeyring } from '../keyring/own.ts';
import {
  CLOUD_URL,
  closeDevices,
  fetchOf,
  type MailDevice,
  mailDevice,
  PASSWORD,
} from '../testing/mail-device.ts';
import { checkCloud } from './check-cloud.ts';
import { normalizeCloudUrl } from './cloud-address.ts';
import { changePassword, removeDevice, removeEndedDevices, signOut } from './devices.ts';
import { passwordStrength } from './password.ts';
import { recoveryQuestion } from './pending.ts';
import { confirmRecovery } from './recovery-words.ts';
import { proveWith, recover } from './sign-in.ts';

const HANDLE = 'anna@example.org';
const description = { name: 'Test device', platform: 'test', appVersion: '0.1.0' };
const NEW_PASSWORD = 'seven quiet lanterns drift';
let cloud: Cloud;
let anna: MailDevice;

beforeEach(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  anna = mailDevice(cloud);
});
afterEach(async () => {
  closeDevices();
  await cloud.close();
});

const failure = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no failure',
    (error: { reason?: string; message?: string }) => error.reason ?? `not a reason: ${error.message}`,
  );
const idOf = (device: MailDevice) => toHex(device.ctx.keys.get()!.deviceId);

test('TRU-1 a password that is easy to guess makes no account', async () => {
  expect(await failure(anna.signUp(HANDLE, 'anna1234'))).toBe('weakPassword');
  expect((await passwordStrength('password', HANDLE, 'Anna')).enough).toBe(false);
  expect((await passwordStrength('anna@example.org', HANDLE, 'Anna')).enough).toBe(false);
  expect(await passwordStrength(PASSWORD, HANDLE, 'Anna')).toEqual({ score: 4, enough: true, hint: null });
});

test('TRU-2 plain http is for this computer alone', async () => {
  expect(normalizeCloudUrl('cloud.example.org')).toBe('https://cloud.example.org');
  expect(normalizeCloudUrl(' https://cloud.example.org/ ')).toBe('https://cloud.example.org');
  expect(normalizeCloudUrl('localhost:7447')).toBe('http://localhost:7447');
  expect(normalizeCloudUrl('http://127.0.0.1:80/')).toBe('http://127.0.0.1');
  expect(normalizeCloudUrl('http://nas.home', ['nas.home'])).toBe('http://nas.home');
  for (const bad of [
    'http://cloud.example.org',
    '',
    'ftp://x',
    'https://u:p@x.org',
    'https://x.org/?a',
    'a b c',
  ]) {
    expect(() => normalizeCloudUrl(bad), bad).toThrow();
  }
  expect((await checkCloud(anna.ctx, { url: CLOUD_URL })).registration).toBe('open');
});

test('TRU-3 a sign-up whose answer was lost goes on after a restart, with the same account and its words', async () => {
  const real = fetchOf(cloud);
  anna.wire.fetch = async (input, init) => {
    const answer = await real(input, init);
    if (String(input).endsWith('/SignUpFinish')) throw new TypeError('the answer was lost');
    return answer;
  };
  expect(await failure(anna.signUp(HANDLE))).toBe('cloudUnreachable');
  expect(getIdentity(anna.store)).toBeUndefined();
  anna.restart();
  anna.wire.fetch = real;
  const { words } = await anna.signUp(HANDLE);
  expect(words).toHaveLength(24);
  expect(getIdentity(anna.store)?.state).toBe('active');
  const other = mailDevice(cloud);
  await recover(other.ctx, {
    cloudUrl: CLOUD_URL,
    handle: HANDLE,
    words,
    newPassword: NEW_PASSWORD,
    device: description,
  });
  expect(getIdentity(other.store)?.accountId).toEqual(getIdentity(anna.store)?.accountId);
});

test('TRU-3 when the cloud no longer takes the repeat, the account is joined instead', async () => {
  const real = fetchOf(cloud);
  const refusing = (path: string) => async (input: string | URL | Request, init?: RequestInit) => {
    const answer = await real(input, init);
    if (String(input).endsWith(path)) throw new TypeError('the answer was lost');
    return answer;
  };
  anna.wire.fetch = refusing('/SignUpFinish');
  await failure(anna.signUp(HANDLE));
  // Somebody else's device cannot sign up under the handle, and another password does not get in.
  anna.wire.fetch = real;
  expect(await failure(mailDevice(cloud).signUp(HANDLE))).toBe('handleTaken');
  expect(await failure(anna.signUp(HANDLE, NEW_PASSWORD))).toBe('handleTaken');
  await anna.signIn(HANDLE);
  expect(recoveryQuestion(anna.store)?.words).toHaveLength(24);
});

test('TRU-4 a wrong password, wrong words: nothing changes', async () => {
  const { words } = await anna.signUp(HANDLE);
  const other = mailDevice(cloud);
  expect(await failure(other.signIn(HANDLE, 'not-the-password-at-all'))).toBe('wrongPassword');
  expect(await failure(other.signIn('nobody@example.org'))).toBe('wrongPassword');
  const input = { cloudUrl: CLOUD_URL, handle: HANDLE, newPassword: NEW_PASSWORD, device: description };
  expect(await failure(recover(other.ctx, { ...input, words: words.slice(1) }))).toBe('wrongWords');
  const others = (await mailDevice(cloud).signUp('bob@example.org')).words;
  expect(await failure(recover(other.ctx, { ...input, words: others }))).toBe('wrongWords');
  expect(getIdentity(other.store)).toBeUndefined();
  await other.signIn(HANDLE);
  expect(
    await failure(
      changePassword(anna.ctx, {
        currentPassword: 'wrong-password',
        newPassword: NEW_PASSWORD,
        signOutOthers: false,
      }),
    ),
  ).toBe('wrongPassword');
  expect(await failure(proveWith(anna.ctx, CLOUD_URL, HANDLE, PASSWORD))).toBe('no failure');
});

test('TRU-6 the root is on no disk of the device', async () => {
  await anna.signUp(HANDLE);
  const { root } = await proveWith(anna.ctx, CLOUD_URL, HANDLE, PASSWORD);
  anna.store.checkpoint(true);
  const everything = anna.store.db.serialize();
  for (const secret of [root.identitySeed, root.rootSeed, root.identity.secretKey]) {
    expect(everything.includes(Buffer.from(secret))).toBe(false);
    expect(everything.includes(toHex(secret))).toBe(false);
  }
  for (const name of readdirSync(dirname(anna.store.path))) {
    const file = readFileSync(join(dirname(anna.store.path), name));
    expect(file.includes(Buffer.from(PASSWORD))).toBe(false);
  }
});

test('TRU-7 recovery words let in without the password and set a new one; stopped half-way it is done again', async () => {
  const { words } = await anna.signUp(HANDLE);
  const other = mailDevice(cloud);
  const real = fetchOf(cloud);
  const input = {
    cloudUrl: CLOUD_URL,
    handle: HANDLE,
    words,
    newPassword: NEW_PASSWORD,
    device: description,
  };
  other.wire.fetch = async (request, init) => {
    if (String(request).endsWith('/JoinDevice')) throw new TypeError('cut');
    return real(request, init);
  };
  expect(await failure(recover(other.ctx, input))).toBe('cloudUnreachable');
  other.restart();
  other.wire.fetch = real;
  await recover(other.ctx, input);
  expect(getIdentity(other.store)?.handle).toBe(HANDLE);
  const third = mailDevice(cloud);
  expect(await failure(third.signIn(HANDLE, PASSWORD))).toBe('wrongPassword');
  await third.signIn(HANDLE, NEW_PASSWORD);
});

test('TRU-7 a message that waited while the only device died is read on the next one', async () => {
  const { words } = await anna.signUp(HANDLE);
  const bob = mailDevice(cloud);
  await bob.signUp('bob@example.org');
  const id = await bob.start(HANDLE);
  bob.write(id, 'are you there?');
  await bob.exchange();
  const next = mailDevice(cloud);
  await recover(next.ctx, {
    cloudUrl: CLOUD_URL,
    handle: HANDLE,
    words,
    newPassword: NEW_PASSWORD,
    device: description,
  });
  await next.exchange();
  expect(next.texts(id)).toEqual(['are you there?']);
});

test('TRU-9 a removed device gets no key of the next epoch, and notices', async () => {
  await anna.signUp(HANDLE);
  const second = mailDevice(cloud);
  await second.signIn(HANDLE);
  await refreshKeyring(anna.ctx);
  await removeDevice(anna.ctx, { id: idOf(second), stolen: false, password: null });
  expect(anna.ctx.keys.get()?.current).toBe(2);
  expect(await failure(refreshKeyring(second.ctx))).not.toBe('no failure');
  expect(getIdentity(second.store)?.state).toBe('removed');
  expect(second.signals).toContainEqual({ type: 'signedOut', reason: 'removed' });
  expect(getKeyring(second.store).epochs.map((epoch) => epoch.epoch)).toEqual([1]);
  expect(second.ctx.keys.get()).toBeNull();
});

test('TRU-9 a stolen device asks the password; signing out is finished by the next device', async () => {
  await anna.signUp(HANDLE);
  const second = mailDevice(cloud);
  await second.signIn(HANDLE);
  expect(await failure(removeDevice(anna.ctx, { id: idOf(second), stolen: true, password: null }))).toBe(
    'passwordNeeded',
  );
  expect(await failure(removeDevice(anna.ctx, { id: idOf(second), stolen: true, password: 'wrong' }))).toBe(
    'wrongPassword',
  );
  await signOut(second.ctx, { wipe: false, evenUnsent: false });
  expect(getIdentity(second.store)).toBeUndefined();
  await refreshKeyring(anna.ctx);
  await removeEndedDevices(anna.ctx);
  expect(anna.ctx.keys.get()?.current).toBe(2);
  // And back again on the same file.
  await second.signIn(HANDLE);
  expect(second.ctx.keys.get()?.epochKey(1)).toEqual(anna.ctx.keys.get()?.epochKey(1));
  expect(second.ctx.keys.get()?.current).toBe(2);
});

test('TRU-10 a device that joined is told to the others', async () => {
  await anna.signUp(HANDLE);
  const second = mailDevice(cloud);
  await second.signIn(HANDLE);
  await refreshKeyring(anna.ctx);
  expect(listNotices(anna.store).map((notice) => notice.code)).toEqual(['deviceAdded']);
  await refreshKeyring(second.ctx);
  expect(listNotices(second.store)).toEqual([]);
});

test('TRU-12 the two words asked back must be right before the words are forgotten', async () => {
  const { words, ask } = await anna.signUp(HANDLE);
  expect(recoveryQuestion(anna.store)?.words).toEqual(words);
  expect(() => confirmRecovery(anna.ctx, { answers: ['wrong', 'words'] })).toThrow(/not words/);
  anna.restart();
  expect(recoveryQuestion(anna.store)?.ask).toEqual(ask);
  confirmRecovery(anna.ctx, { answers: [words[ask[0]]!, ` ${words[ask[1]]!.toUpperCase()} `] });
  expect(recoveryQuestion(anna.store)).toBeNull();
});

test('TRU-4 a new password counts from then on, the old one no more', async () => {
  await anna.signUp(HANDLE);
  const second = mailDevice(cloud);
  await second.signIn(HANDLE);
  await changePassword(anna.ctx, {
    currentPassword: PASSWORD,
    newPassword: NEW_PASSWORD,
    signOutOthers: true,
  });
  expect(await failure(mailDevice(cloud).signIn(HANDLE, PASSWORD))).toBe('wrongPassword');
  await mailDevice(cloud).signIn(HANDLE, NEW_PASSWORD);
  expect(await failure(refreshKeyring(second.ctx))).not.toBe('no failure');
  expect(anna.ctx.keys.get()?.current).toBe(2);
});
