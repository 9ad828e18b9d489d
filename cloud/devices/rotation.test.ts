/** A stolen device is removed: a new root, and nothing that the old one opened opens anything new. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWrap } from '../../shared/crypto/epochs.ts';
import { recoverySignKey, recoveryWrapKey, signRecoveryChallenge } from '../../shared/crypto/recovery.ts';
import { createRoot, unwrapRoot } from '../../shared/crypto/root.ts';
import { type Cloud, createCloud } from '../app.ts';
import { clientsOf, codeOf } from '../testing/clients.ts';
import {
  addDevice,
  joinRequest,
  type Person,
  random,
  rotation,
  secretsState,
  signIn,
  signUp,
} from '../testing/person.ts';

let cloud: Cloud;
beforeEach(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
});
afterEach(() => cloud.close());

const anyone = () => clientsOf(cloud).account;
const recover = async ({ handle, recovery }: Person) => {
  const { challengeId, challenge } = await anyone().recoverStart({ handle });
  const signature = signRecoveryChallenge(challenge, recoverySignKey(recovery.entropy));
  return anyone().recoverFinish({ challengeId, signature });
};

test('ACC-16 rotation replaces what opens the root, and ends the stolen session, in one transaction', async () => {
  const anna = await signUp(cloud, 'anna@example.org');
  const stolen = await addDevice(cloud, anna.person);
  const { person, request } = await rotation(anna, stolen.keys.deviceId);
  await anna.account.updateKeyring(request);
  expect(await codeOf(stolen.account.getKeyring({}))).toBe('SESSION_REVOKED');
  const { account, ticket } = await recover(person);
  const root = unwrapRoot(account!.recoveryWrap!, recoveryWrapKey(person.recovery.entropy));
  expect(root.identitySeed).toEqual(person.root.identitySeed);
  // Only the new epoch is wrapped to a root, and a device joins by it.
  expect(account?.rootWraps.map((wrap) => wrap.epoch)).toEqual([2]);
  const join = await joinRequest(account, root);
  expect(join.epochKey).toEqual(person.epochKey);
  await clientsOf(cloud, ticket).account.joinDevice(join.request);
});

test('ACC-16 the old words, the old root, and tickets and challenges from before open nothing new', async () => {
  const anna = await signUp(cloud, 'anna@example.org');
  const stolen = await addDevice(cloud, anna.person);
  const old = anna.person;
  const { ticket, account } = await recover(old);
  const byPassword = await signIn(cloud, old.handle, old.password);
  const { challengeId, challenge } = await anyone().recoverStart({ handle: old.handle });
  const { request } = await rotation(anna, stolen.keys.deviceId);
  await anna.account.updateKeyring(request);
  expect(await codeOf(recover(old))).toBe('WRONG_CREDENTIALS');
  const signature = signRecoveryChallenge(challenge, recoverySignKey(old.recovery.entropy));
  expect(await codeOf(anyone().recoverFinish({ challengeId, signature }))).toBe('WRONG_CREDENTIALS');
  const join = await joinRequest(account, old.root);
  for (const one of [ticket, byPassword?.ticket])
    expect(await codeOf(clientsOf(cloud, one).account.joinDevice(join.request))).toBe('TICKET_EXPIRED');
  // The password still signs in; what it gets is sealed to the new root.
  const now = await signIn(cloud, old.handle, old.password);
  const { chain } = secretsState(now?.account);
  await expect(openWrap(now!.account!.rootWraps[0]!, old.root.sealing.secretKey, chain)).rejects.toThrow();
  expect(() => unwrapRoot(now!.account!.passwordWrap!, recoveryWrapKey(old.recovery.entropy))).toThrow();
});

test('ACC-16 a rotation without the wraps, wraps without a rotation, or without an epoch change nothing', async () => {
  const anna = await signUp(cloud, 'anna@example.org');
  const stolen = await addDevice(cloud, anna.person);
  const { request } = await rotation(anna, stolen.keys.deviceId);
  const { root, epoch: _, ...bare } = request;
  const { account } = anna;
  for (const wrong of [
    { ...bare, epoch: request.epoch },
    { ...bare, root },
    { ...request, entries: request.entries.slice(0, 1) },
    { ...request, entries: request.entries.slice(1) },
    { ...request, wraps: request.wraps.slice(1) },
  ]) {
    expect(await codeOf(account.updateKeyring(wrong))).toBe('KEYRING_INVALID');
  }
  expect(
    await codeOf(account.updateKeyring({ ...request, root: { ...root, recoveryKey: random(31) } })),
  ).toBe('MALFORMED');
  expect((await account.getKeyring({})).keyring?.log.length).toBe(3);
  await recover(anna.person);
  await stolen.account.getKeyring({});
});

test('ACC-16 whoever holds a session and not the old identity rotates nothing', async () => {
  const anna = await signUp(cloud, 'anna@example.org');
  const thief = await addDevice(cloud, anna.person);
  const { request } = await rotation(thief, anna.keys.deviceId, createRoot(random));
  expect(await codeOf(thief.account.updateKeyring(request))).toBe('KEYRING_INVALID');
  await anna.account.getKeyring({});
  await recover(anna.person);
});
