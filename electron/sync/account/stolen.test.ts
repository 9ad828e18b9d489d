/** A device was stolen: what its finder holds, and what the old recovery words and the old root opened, opens nothing new. */
import { create } from '@bufbuild/protobuf';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { equalBytes, toHex } from '../../../shared/crypto/bytes.ts';
import { logAfter, signRotate, verifyDeviceLog } from '../../../shared/crypto/device-log.ts';
import { createEpoch, openWrap } from '../../../shared/crypto/epochs.ts';
import { systemRandom } from '../../../shared/crypto/random.ts';
import { createRoot } from '../../../shared/crypto/root.ts';
import {
  GetKeyringResponseSchema,
  LookUpResponseSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import { KeyWrapSchema, SignedSchema } from '../../../shared/proto/gen/lockstep/cloud/v1/keys_pb.js';
import { getIdentity } from '../../store/identity.ts';
import { getKeyring } from '../../store/keyring.ts';
import { getPin } from '../../store/pins.ts';
import { ownKeyring, refreshKeyring } from '../keyring/own.ts';
import { lookUp } from '../keyring/people.ts';
import {
  CLOUD_URL,
  closeDevices,
  fetchOf,
  type MailDevice,
  mailDevice,
  PASSWORD,
} from '../testing/mail-device.ts';
import { failureOf, tamper } from '../testing/tamper.ts';
import { changePassword, removeDevice } from './devices.ts';
import { recoveryQuestion } from './pending.ts';
import { confirmRecovery } from './recovery-words.ts';
import { proveWith, recover } from './sign-in.ts';

const HANDLE = 'anna@example.org';
const NEW_PASSWORD = 'seven quiet lanterns drift';
const description = { name: 'Test device', platform: 'test', appVersion: '0.1.0' };
let cloud: Cloud;
let anna: MailDevice;
let tablet: MailDevice;
let stolen: MailDevice;
let oldWords: string[];

beforeEach(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  anna = mailDevice(cloud);
  tablet = mailDevice(cloud);
  stolen = mailDevice(cloud);
  const { words, ask } = await anna.signUp(HANDLE);
  confirmRecovery(anna.ctx, { answers: [words[ask[0]]!, words[ask[1]]!] });
  oldWords = words;
  await tablet.signIn(HANDLE);
  await stolen.signIn(HANDLE);
  await refreshKeyring(anna.ctx);
  await refreshKeyring(tablet.ctx);
  for (const device of [anna, tablet, stolen]) device.store.run('UPDATE notice SET dismissed = 1');
});
afterEach(async () => {
  closeDevices();
  await cloud.close();
});

const idOf = (device: MailDevice) => toHex(device.ctx.keys.get()!.deviceId);
const remove = () => removeDevice(anna.ctx, { id: idOf(stolen), stolen: true, password: PASSWORD });
const recovering = (words: string[]) => ({
  cloudUrl: CLOUD_URL,
  handle: HANDLE,
  words,
  newPassword: NEW_PASSWORD,
  device: description,
});

test('TRU-13 new words are shown and asked back; the old ones open nothing, the new ones let in', async () => {
  const before = ownKeyring(anna.store).state.identityKey;
  await remove();
  const question = recoveryQuestion(anna.store)!;
  expect(question.words).toHaveLength(24);
  expect(question.words).not.toEqual(oldWords);
  expect(ownKeyring(anna.store).state.identityKey).not.toEqual(before);
  expect(anna.notices()).toEqual([]);
  expect(() => confirmRecovery(anna.ctx, { answers: [oldWords[0]!, oldWords[1]!] })).toThrow();
  const [first, second] = question.ask;
  confirmRecovery(anna.ctx, { answers: [question.words[first]!, question.words[second]!] });
  expect(recoveryQuestion(anna.store)).toBeNull();
  const next = mailDevice(cloud);
  expect(await failureOf(recover(next.ctx, recovering(oldWords)))).toBe('wrongWords');
  expect(getIdentity(next.store)).toBeUndefined();
  await recover(next.ctx, recovering(question.words));
  expect(next.ctx.keys.get()?.epochKey(2)).toEqual(anna.ctx.keys.get()?.epochKey(2));
});

test('TRU-13 the stolen device and the old root get no key from then on; the password still signs in', async () => {
  const { root } = await proveWith(anna.ctx, CLOUD_URL, HANDLE, PASSWORD);
  const { deviceId, sealKey } = getIdentity(stolen.store)!;
  await remove();
  expect(await failureOf(refreshKeyring(stolen.ctx))).not.toBe('no failure');
  expect(stolen.ctx.keys.get()).toBeNull();
  const now = await proveWith(anna.ctx, CLOUD_URL, HANDLE, PASSWORD);
  expect(now.root.identity.publicKey).not.toEqual(root.identity.publicKey);
  const { chain } = ownKeyring(anna.store);
  for (const wrap of now.secrets.rootWraps) {
    await expect(openWrap(wrap, root.sealing.secretKey, chain)).rejects.toThrow();
    await expect(openWrap({ ...wrap, recipient: deviceId }, sealKey.secretKey, chain)).rejects.toThrow();
  }
  const next = mailDevice(cloud);
  await next.signIn(HANDLE);
  expect(next.ctx.keys.get()?.current).toBe(2);
  // And the password can be changed on a device that has not heard of it yet.
  await changePassword(tablet.ctx, {
    currentPassword: PASSWORD,
    newPassword: NEW_PASSWORD,
    signOutOthers: false,
  });
  await mailDevice(cloud).signIn(HANDLE, NEW_PASSWORD);
});

test('TRU-13 an answer that was lost, and a restart, still show the words', async () => {
  const real = fetchOf(cloud);
  anna.wire.fetch = async (input, init) => {
    const answer = await real(input, init);
    if (String(input).endsWith('/UpdateKeyring')) throw new TypeError('the answer was lost');
    return answer;
  };
  expect(await failureOf(remove())).toBe('cloudUnreachable');
  expect(recoveryQuestion(anna.store)).toBeNull();
  anna.restart();
  anna.wire.fetch = real;
  await refreshKeyring(anna.ctx);
  const question = recoveryQuestion(anna.store)!;
  // Asked for again: it is done, and nothing is made anew.
  await remove();
  expect(recoveryQuestion(anna.store)).toEqual(question);
  await recover(mailDevice(cloud).ctx, recovering(question.words));
});

test("SYN-141 the cloud's time is heard before the removal is dated", async () => {
  const asked: string[] = [];
  const real = fetchOf(cloud);
  anna.wire.fetch = (input, init) => {
    asked.push(new URL(String(input)).pathname.split('/').at(-1) ?? '');
    return real(input, init);
  };
  const heard = anna.signals.length;
  await remove();
  expect(anna.signals.slice(heard).map(({ type }) => type)).toContain('cloudTime');
  expect(asked.indexOf('GetCloudInfo')).toBeGreaterThanOrEqual(0);
  expect(asked.indexOf('GetCloudInfo')).toBeLessThan(asked.indexOf('UpdateKeyring'));
});

test('TRU-13 one that did not reach the cloud changes nothing', async () => {
  const real = fetchOf(cloud);
  anna.wire.fetch = async (input, init) => {
    if (String(input).endsWith('/UpdateKeyring')) throw new TypeError('no connection');
    return real(input, init);
  };
  expect(await failureOf(remove())).toBe('cloudUnreachable');
  anna.wire.fetch = real;
  await refreshKeyring(anna.ctx);
  expect(recoveryQuestion(anna.store)).toBeNull();
  await recover(mailDevice(cloud).ctx, recovering(oldWords));
});

test('TRU-13 two devices that remove it at once: one rotation, and only its words are shown', async () => {
  await refreshKeyring(tablet.ctx);
  const id = idOf(stolen);
  await Promise.all([remove(), removeDevice(tablet.ctx, { id, stolen: true, password: PASSWORD })]);
  await refreshKeyring(anna.ctx);
  await refreshKeyring(tablet.ctx);
  const questions = [anna, tablet].map((device) => recoveryQuestion(device.store));
  expect(questions.filter((one) => one !== null)).toHaveLength(1);
  expect(ownKeyring(anna.store).state.identities).toHaveLength(2);
  await recover(mailDevice(cloud).ctx, recovering(questions.find((one) => one !== null)!.words));
});

test('TRU-14 the other devices take over the renewed root and say so', async () => {
  await remove();
  await refreshKeyring(tablet.ctx);
  expect(ownKeyring(tablet.store).state.identityKey).toEqual(ownKeyring(anna.store).state.identityKey);
  expect(tablet.ctx.keys.get()?.current).toBe(2);
  expect(tablet.notices()).toEqual(['rootRenewed']);
  expect(recoveryQuestion(tablet.store)).toBeNull();
});

test('TRU-14 a rotation that the root did not sign is refused and said, and nothing changes', async () => {
  const forged = createRoot(systemRandom);
  const own = ownKeyring(tablet.store);
  const before = getKeyring(tablet.store);
  const { deviceId } = tablet.ctx.keys.get()!;
  const log = logAfter(own.state.accountId, own.log);
  const entry = signRotate({ log, newRoot: forged, oldIdentity: forged.identity, timeMs: 1 });
  // Whole in everything else: an epoch after it, sealed to every device.
  const { statement, wraps } = await createEpoch({
    log: { ...own.state, length: own.state.length + 1, rootKey: forged.sealing.publicKey },
    previous: { chain: own.chain, key: tablet.ctx.keys.get()!.epochKey(1)! },
    signer: { identity: forged.identity },
    timeMs: 1,
    random: systemRandom,
  });
  tamper(cloud, tablet, '/GetKeyring', GetKeyringResponseSchema, (answer) => {
    answer.keyring!.log = [...own.log, entry].map((one) => create(SignedSchema, one));
    answer.keyring!.epochs.push(create(SignedSchema, statement));
    answer.wraps = wraps
      .filter(({ recipient }) => equalBytes(recipient, deviceId))
      .map((one) => create(KeyWrapSchema, one));
  });
  expect(await failureOf(refreshKeyring(tablet.ctx))).toBe('keyringForged');
  expect(tablet.notices()).toEqual(['keyringForged']);
  expect(getKeyring(tablet.store)).toEqual(before);
});

test('TRU-15 other people follow a renewed identity with a notice and keep the pin; messages go on', async () => {
  const bob = mailDevice(cloud);
  await bob.signUp('bob@example.org');
  const id = await bob.start(HANDLE);
  bob.write(id, 'before');
  await bob.exchange();
  await anna.exchange();
  const { accountId } = anna.ctx.keys.get()!;
  const before = getPin(bob.store, accountId)!;
  await remove();
  bob.write(id, 'after');
  await bob.exchange();
  await anna.exchange();
  anna.write(id, 'answer');
  await anna.exchange();
  await bob.exchange();
  expect(anna.texts(id)).toEqual(['before', 'after', 'answer']);
  expect(bob.texts(id)).toEqual(['before', 'after', 'answer']);
  const after = getPin(bob.store, accountId)!;
  expect([after.changed, after.logLength]).toEqual([false, before.logLength + 2]);
  expect(bob.notices()).toEqual(['identityRenewed']);
  // A second device of Bob's, whose records name the new identity, meets the new log for the first time.
  const second = mailDevice(cloud);
  await second.signIn('bob@example.org');
  second.store.run('INSERT INTO conversation (cid, guid) VALUES (900, ?)', systemRandom(16));
  second.store.run(
    `INSERT INTO conversation_member (cid, account, handle, name, identity_key, member) VALUES (900, ?, ?, '', ?, 1)`,
    accountId,
    HANDLE,
    after.identityKey,
  );
  expect((await lookUp(second.ctx, { accountId })).changed).toBe(false);
});

test('TRU-15 a rotation that does not verify is refused and said; the pin stays', async () => {
  const bob = mailDevice(cloud);
  await bob.signUp('bob@example.org');
  await bob.start(HANDLE);
  const { accountId } = anna.ctx.keys.get()!;
  const before = getPin(bob.store, accountId)!;
  const root = createRoot(systemRandom);
  const { key } = { key: anna.ctx.keys.get()!.epochKey(1)! };
  const own = ownKeyring(anna.store);
  // Whoever has the stolen device signs with all it has: the old epoch's key, but not the old root.
  const entry = signRotate({ log: own.state, newRoot: root, oldIdentity: root.identity, timeMs: 1 });
  const epoch = await createEpoch({
    log: { ...verifyDeviceLog(own.log, { accountId }), length: own.log.length + 1 },
    previous: { chain: own.chain, key },
    signer: { identity: root.identity },
    timeMs: 1,
    random: systemRandom,
  });
  tamper(cloud, bob, '/LookUp', LookUpResponseSchema, ({ keyring }) => {
    keyring!.log.push(create(SignedSchema, entry));
    keyring!.epochs.push(create(SignedSchema, epoch.statement));
  });
  expect(await failureOf(lookUp(bob.ctx, { accountId }))).toBe('personForged');
  expect(bob.notices()).toEqual(['personForged']);
  expect(getPin(bob.store, accountId)).toEqual(before);
});
