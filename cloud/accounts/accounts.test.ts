import * as opaque from '@serenity-kit/opaque';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  newRecoveryKey,
  type RecoveryKey,
  recoverySignKey,
  recoveryWrapKey,
  signRecoveryChallenge,
} from '../../shared/crypto/recovery.ts';
import {
  createRoot,
  passwordWrapKey,
  type Root,
  signPasswordChange,
  unwrapRoot,
  wrapRoot,
} from '../../shared/crypto/root.ts';
import { type Cloud, createCloud } from '../app.ts';
import { clientsOf, codeOf, errorOf } from '../testing/clients.ts';
import {
  addDevice,
  joinRequest,
  type Person,
  random,
  removal,
  signIn,
  signUp,
  signUpRequest,
} from '../testing/person.ts';

let now = 1_800_000_000_000;
let cloud: Cloud;
beforeEach(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open', clock: { now: () => now } });
});
afterEach(() => cloud.close());

const anyone = () => clientsOf(cloud).account;

const recover = async (person: Person, key = recoverySignKey(person.recovery.entropy)) => {
  const { challengeId, challenge } = await anyone().recoverStart({ handle: person.handle });
  return anyone().recoverFinish({ challengeId, signature: signRecoveryChallenge(challenge, key) });
};

const newPassword = async (
  client: ReturnType<typeof anyone>,
  person: Person,
  password: string,
  revoke: boolean,
  signedBy: Root = person.root,
  words?: RecoveryKey,
) => {
  const { clientRegistrationState, registrationRequest } = opaque.client.startRegistration({ password });
  const { registrationResponse } = await client.changePasswordStart({ registrationRequest });
  const { registrationRecord, exportKey } = opaque.client.finishRegistration({
    password,
    registrationResponse,
    clientRegistrationState,
    keyStretching: { 'argon2id-custom': { iterations: 1, memory: 8, parallelism: 1 } },
  });
  const change = {
    registrationRecord,
    passwordWrap: wrapRoot(person.root, passwordWrapKey(exportKey), random),
    ...(words === undefined
      ? {}
      : {
          recoveryWrap: wrapRoot(person.root, recoveryWrapKey(words.entropy), random),
          recoveryKey: recoverySignKey(words.entropy).publicKey,
        }),
  };
  const identitySignature = signPasswordChange(signedBy, person.accountId, change);
  await client.changePasswordFinish({ ...change, revokeOtherSessions: revoke, identitySignature });
};

test('ACC-2 the same sign-up again gets a session again, another one of the handle is refused', async () => {
  const { request } = await signUpRequest(cloud, 'anna@example.org');
  const first = await anyone().signUpFinish(request);
  const again = await anyone().signUpFinish(request);
  expect(again.sessionToken).not.toBe(first.sessionToken);
  expect(await codeOf(clientsOf(cloud, first.sessionToken).account.getKeyring({}))).toBe('SESSION_REVOKED');
  const keyring = await clientsOf(cloud, again.sessionToken).account.getKeyring({});
  expect(keyring.keyring?.log.length).toBe(2);
  expect(await codeOf(anyone().signUpStart({ handle: ' ANNA@example.org', registrationRequest: 'x' }))).toBe(
    'HANDLE_TAKEN',
  );
  const { request: bob } = await signUpRequest(cloud, 'bob@example.org');
  expect(await codeOf(anyone().signUpFinish({ ...bob, handle: 'anna@example.org' }))).toBe('HANDLE_TAKEN');
  now += 11 * 60_000;
  expect(await codeOf(anyone().signUpFinish(request))).toBe('HANDLE_TAKEN');
});

test('ACC-2 ACC-12 the same sign-up again gets no session for a device that was removed or signed out', async () => {
  const { person, keys, request } = await signUpRequest(cloud, 'anna@example.org');
  await anyone().signUpFinish(request);
  const second = await addDevice(cloud, person);
  await second.account.updateKeyring((await removal(second, keys.deviceId)).request);
  expect(await codeOf(anyone().signUpFinish(request))).toBe('HANDLE_TAKEN');
  expect((await second.account.listSessions({})).sessions.length).toBe(1);

  const { request: bob } = await signUpRequest(cloud, 'bob@example.org');
  const { sessionToken } = await anyone().signUpFinish(bob);
  await clientsOf(cloud, sessionToken).account.signOut({});
  expect(await codeOf(anyone().signUpFinish(bob))).toBe('HANDLE_TAKEN');
});

test('ACC-2 a sign-up whose statements do not verify makes no account', async () => {
  const { request } = await signUpRequest(cloud, 'anna@example.org');
  const { request: other } = await signUpRequest(cloud, 'eve@example.org');
  const flip = (bytes: Uint8Array) => bytes.map((byte, i) => (i === 5 ? byte ^ 1 : byte));
  const [genesis, added] = request.log;
  if (genesis === undefined || added === undefined) throw new Error('a sign-up has two entries');
  const forgeries = [
    { ...request, log: [genesis] },
    { ...request, log: [genesis, { ...added, signature: flip(added.signature) }] },
    { ...request, log: other.log },
    { ...request, accountId: random(16) },
    { ...request, epoch: { ...request.epoch, signature: flip(request.epoch.signature) } },
    { ...request, epoch: other.epoch },
    { ...request, wraps: request.wraps.slice(1) },
    { ...request, wraps: [...request.wraps, ...other.wraps] },
  ];
  for (const forged of forgeries) expect(await codeOf(anyone().signUpFinish(forged))).toBe('KEYRING_INVALID');
  expect(await codeOf(anyone().signUpFinish({ ...request, registrationRecord: 'AAAA' }))).toBe('MALFORMED');
  await anyone().signUpFinish(request);
});

test('ACC-3 a wrong password and an unknown handle get the same answers', async () => {
  const anna = await signUp(cloud, 'anna@example.org');
  expect((await signIn(cloud, anna.person.handle, anna.person.password))?.account?.accountId).toEqual(
    anna.person.accountId,
  );
  expect(await signIn(cloud, anna.person.handle, 'a wrong one')).toBeUndefined();
  expect(await signIn(cloud, 'nobody@example.org', 'a wrong one')).toBeUndefined();

  const answers = [];
  for (const handle of ['anna@example.org', 'nobody@example.org']) {
    const { startLoginRequest } = opaque.client.startLogin({ password: 'a wrong one' });
    const start = await anyone().signInStart({ handle, startLoginRequest });
    const finishLoginRequest = Buffer.from(random(64)).toString('base64url');
    const failure = await errorOf(anyone().signInFinish({ loginId: start.loginId, finishLoginRequest }));
    const spent = await errorOf(anyone().signInFinish({ loginId: start.loginId, finishLoginRequest }));
    answers.push([
      start.loginResponse.length,
      start.loginId.length,
      failure.name,
      failure.message,
      spent.name,
    ]);
  }
  expect(answers[0]).toEqual(answers[1]);
  expect(answers[0]?.slice(2)).toEqual(['WRONG_CREDENTIALS', expect.any(String), 'TICKET_EXPIRED']);
});

test('ACC-4 ten failures lock the handle, known or not, and leave signed-in devices alone', async () => {
  const anna = await signUp(cloud, 'anna@example.org');
  for (const handle of [anna.person.handle, 'nobody@example.org']) {
    for (let i = 0; i < 10; i++) expect(await signIn(cloud, handle, `guess ${i}`)).toBeUndefined();
    const error = await errorOf(signIn(cloud, handle, anna.person.password));
    expect([error.name, error.retryAfterMs, error.retryAfter]).toEqual(['SIGN_IN_LOCKED', 60_000, '60']);
  }
  await anna.account.getKeyring({});
  now += 60_000;
  expect(await signIn(cloud, anna.person.handle, anna.person.password)).toBeDefined();
  expect(await signIn(cloud, anna.person.handle, 'wrong once')).toBeUndefined();
  expect(await signIn(cloud, anna.person.handle, anna.person.password)).toBeDefined();
});

test('ACC-5 one address cannot begin any number of sign-ins', async () => {
  const attempts = Array.from({ length: 130 }, (_, i) =>
    signIn(cloud, `h${i}@example.org`, 'guess', '192.0.2.7'),
  );
  const codes = (await Promise.allSettled(attempts)).filter((outcome) => outcome.status === 'rejected');
  expect(codes.length).toBe(10);
  expect(await signIn(cloud, 'h@example.org', 'guess', '192.0.2.8')).toBeUndefined();
  const error = await errorOf(signIn(cloud, 'h@example.org', 'guess', '192.0.2.7'));
  expect([error.name, error.retryAfterMs > 0, error.retryAfter]).toEqual(['RATE_LIMITED', true, '1']);
});

test('ACC-6 the recovery key signs in, nobody else, once, and within two minutes', async () => {
  const anna = await signUp(cloud, 'anna@example.org');
  const recovered = await recover(anna.person);
  if (recovered.account?.recoveryWrap === undefined) throw new Error('no wrap');
  expect(recovered.account.passwordWrap).toBeUndefined();
  const root = unwrapRoot(recovered.account.recoveryWrap, recoveryWrapKey(anna.person.recovery.entropy));
  expect(root.identity.publicKey).toEqual(anna.person.root.identity.publicKey);

  const wrongKey = recoverySignKey(random(32));
  expect(await codeOf(recover(anna.person, wrongKey))).toBe('WRONG_CREDENTIALS');
  expect(await codeOf(recover({ ...anna.person, handle: 'nobody@example.org' }))).toBe('WRONG_CREDENTIALS');

  const { challengeId, challenge } = await anyone().recoverStart({ handle: anna.person.handle });
  expect(challenge.length).toBe(32);
  const signature = signRecoveryChallenge(challenge, recoverySignKey(anna.person.recovery.entropy));
  await anyone().recoverFinish({ challengeId, signature });
  expect(await codeOf(anyone().recoverFinish({ challengeId, signature }))).toBe('TICKET_EXPIRED');
  const late = await anyone().recoverStart({ handle: anna.person.handle });
  now += 120_000;
  expect(await codeOf(anyone().recoverFinish({ challengeId: late.challengeId, signature }))).toBe(
    'TICKET_EXPIRED',
  );
});

test('ACC-5 recovery is limited per handle', async () => {
  for (let i = 0; i < 10; i++) await anyone().recoverStart({ handle: 'anna@example.org' });
  expect(await codeOf(anyone().recoverStart({ handle: 'anna@example.org' }))).toBe('RATE_LIMITED');
});

test('ACC-7 tokens: none, unknown, revoked', async () => {
  const anna = await signUp(cloud, 'anna@example.org');
  expect(await codeOf(anyone().getKeyring({}))).toBe('UNAUTHENTICATED');
  expect(await codeOf(clientsOf(cloud, 'AAAA').account.getKeyring({}))).toBe('UNAUTHENTICATED');
  expect((await anna.account.listSessions({})).sessions.map((session) => session.deviceId)).toEqual([
    anna.keys.deviceId,
  ]);
  await anna.account.signOut({});
  expect(await codeOf(anna.account.getKeyring({}))).toBe('SESSION_REVOKED');
  // The device is still in the log: only a removal takes it out.
  const again = await addDevice(cloud, anna.person);
  expect((await again.account.getKeyring({})).keyring?.log.length).toBe(3);
  expect((await again.account.listSessions({})).sessions.length).toBe(1);
});

test('ACC-8 a ticket joins one device within ten minutes', async () => {
  const anna = await signUp(cloud, 'anna@example.org');
  const signedIn = await signIn(cloud, anna.person.handle, anna.person.password);
  const joining = clientsOf(cloud, signedIn?.ticket).account;
  expect(await codeOf(joining.getKeyring({}))).toBe('UNAUTHENTICATED');
  const { request } = await joinRequest(signedIn?.account, anna.person.root);
  expect(await codeOf(joining.joinDevice({ ...request, expectedLogLength: 1 }))).toBe('KEYRING_CONFLICT');
  expect(await codeOf(joining.joinDevice({ ...request, wraps: [] }))).toBe('KEYRING_INVALID');
  const first = await joining.joinDevice(request);
  const again = await joining.joinDevice(request);
  expect(await codeOf(clientsOf(cloud, first.sessionToken).account.getKeyring({}))).toBe('SESSION_REVOKED');
  expect((await clientsOf(cloud, again.sessionToken).account.getKeyring({})).keyring?.log.length).toBe(3);

  const later = await signIn(cloud, anna.person.handle, anna.person.password);
  const { request: second } = await joinRequest(later?.account, anna.person.root);
  expect(await codeOf(joining.joinDevice(second))).toBe('TICKET_EXPIRED');
  now += 10 * 60_000;
  expect(await codeOf(clientsOf(cloud, later?.ticket).account.joinDevice(second))).toBe('TICKET_EXPIRED');
  expect(await codeOf(clientsOf(cloud, anna.token).account.joinDevice(second))).toBe('TICKET_EXPIRED');
});

test('ACC-8 ACC-12 the same join again gets no session for a device that was removed or signed out', async () => {
  const anna = await signUp(cloud, 'anna@example.org');
  const joined = async () => {
    const signedIn = await signIn(cloud, anna.person.handle, anna.person.password);
    const { keys, request } = await joinRequest(signedIn?.account, anna.person.root);
    const joining = clientsOf(cloud, signedIn?.ticket).account;
    const { sessionToken } = await joining.joinDevice(request);
    return { keys, sessionToken, again: () => joining.joinDevice(request) };
  };
  const signedOut = await joined();
  await clientsOf(cloud, signedOut.sessionToken).account.signOut({});
  expect(await codeOf(signedOut.again())).toBe('TICKET_EXPIRED');
  const removed = await joined();
  await anna.account.updateKeyring((await removal(anna, removed.keys.deviceId)).request);
  expect(await codeOf(removed.again())).toBe('TICKET_EXPIRED');
  expect((await anna.account.listSessions({})).sessions.length).toBe(1);
});

test('ACC-8 only the identity lets a device join', async () => {
  const anna = await signUp(cloud, 'anna@example.org');
  const eve = await signUp(cloud, 'eve@example.org');
  const signedIn = await signIn(cloud, anna.person.handle, anna.person.password);
  const stolen = await joinRequest(signedIn?.account, anna.person.root);
  const { request } = await joinRequest(
    (await signIn(cloud, eve.person.handle, eve.person.password))?.account,
    eve.person.root,
  );
  const joining = clientsOf(cloud, signedIn?.ticket).account;
  const foreign = { ...stolen.request, entry: request.entry, wraps: request.wraps };
  expect(await codeOf(joining.joinDevice(foreign))).toBe('KEYRING_INVALID');
});

test('ACC-9 a new password works, the old one is worth nothing, other sessions end if asked', async () => {
  const anna = await signUp(cloud, 'anna@example.org');
  const second = await addDevice(cloud, anna.person);
  const oldTicket = await signIn(cloud, anna.person.handle, anna.person.password);
  await newPassword(anna.account, anna.person, 'the second password', true);
  expect(await signIn(cloud, anna.person.handle, anna.person.password)).toBeUndefined();
  const signedIn = await signIn(cloud, anna.person.handle, 'the second password');
  if (signedIn?.account?.passwordWrap === undefined) throw new Error('sign-in failed');
  const root = unwrapRoot(signedIn.account.passwordWrap, passwordWrapKey(signedIn.exportKey));
  expect(root.identitySeed).toEqual(anna.person.root.identitySeed);
  expect(await codeOf(second.account.getKeyring({}))).toBe('SESSION_REVOKED');
  await anna.account.getKeyring({});
  const { request } = await joinRequest(oldTicket?.account, anna.person.root);
  expect(await codeOf(clientsOf(cloud, oldTicket?.ticket).account.joinDevice(request))).toBe(
    'TICKET_EXPIRED',
  );
});

test('ACC-9 a sign-in that was begun with the old password is not finished after it was replaced', async () => {
  const anna = await signUp(cloud, 'anna@example.org');
  const { handle, password } = anna.person;
  const { clientLoginState, startLoginRequest } = opaque.client.startLogin({ password });
  const { loginResponse, loginId } = await anyone().signInStart({ handle, startLoginRequest });
  const keyStretching = { 'argon2id-custom': { iterations: 1, memory: 8, parallelism: 1 } } as const;
  const login = opaque.client.finishLogin({ clientLoginState, loginResponse, password, keyStretching });
  await newPassword(anna.account, anna.person, 'the second password', false);
  const finishLoginRequest = login!.finishLoginRequest;
  expect(await codeOf(anyone().signInFinish({ loginId, finishLoginRequest }))).toBe('WRONG_CREDENTIALS');
});

test("ACC-18 without the identity's signature a session or a ticket replaces no password", async () => {
  const anna = await signUp(cloud, 'anna@example.org');
  const thief = await addDevice(cloud, anna.person);
  const change = newPassword(thief.account, anna.person, 'of a thief', true, createRoot(random));
  expect(await codeOf(change)).toBe('KEYRING_INVALID');
  const { ticket } = await recover(anna.person);
  const byTicket = newPassword(
    clientsOf(cloud, ticket).account,
    anna.person,
    'of a thief',
    true,
    createRoot(random),
  );
  expect(await codeOf(byTicket)).toBe('KEYRING_INVALID');
  await anna.account.getKeyring({});
  expect(await signIn(cloud, anna.person.handle, anna.person.password)).toBeDefined();
});

test("ACC-9 a recovery's ticket sets a password and then joins; a password's ticket may not", async () => {
  const anna = await signUp(cloud, 'anna@example.org');
  const { ticket, account } = await recover(anna.person);
  const client = clientsOf(cloud, ticket).account;
  await newPassword(client, anna.person, 'after the recovery', false);
  const { request } = await joinRequest(account, anna.person.root);
  await client.joinDevice(request);
  expect(await signIn(cloud, anna.person.handle, 'after the recovery')).toBeDefined();
  const byPassword = await signIn(cloud, anna.person.handle, 'after the recovery');
  const other = clientsOf(cloud, byPassword?.ticket).account;
  expect(await codeOf(other.changePasswordStart({ registrationRequest: 'x' }))).toBe('FORBIDDEN');
  expect(await codeOf(anyone().changePasswordStart({ registrationRequest: 'x' }))).toBe('UNAUTHENTICATED');
});

test('ACC-9 with new words, a ticket that the old ones gave joins no device, but the one that replaced them does', async () => {
  const anna = await signUp(cloud, 'anna@example.org');
  const { person } = anna;
  const found = await recover(person);
  const own = await recover(person);
  const { request } = await joinRequest(own.account, person.root);
  const joins = ({ ticket }: typeof own) => clientsOf(cloud, ticket).account.joinDevice(request);
  const change = (client: ReturnType<typeof anyone>, words: RecoveryKey) =>
    newPassword(client, person, 'the second password', true, person.root, words);
  await change(clientsOf(cloud, own.ticket).account, newRecoveryKey(random));
  expect(await codeOf(joins(found))).toBe('TICKET_EXPIRED');
  const { sessionToken } = await joins(own);
  // By a session none is kept, the used one neither.
  await change(clientsOf(cloud, sessionToken).account, newRecoveryKey(random));
  expect(await codeOf(joins(own))).toBe('TICKET_EXPIRED');
});

test('ACC-10 look-up gives log and epochs by handle and by id, and not_found', async () => {
  const anna = await signUp(cloud, 'anna@example.org');
  const bob = await signUp(cloud, '+31 6 1234 5678');
  const byHandle = await anna.account.lookUp({ by: { case: 'handle', value: '+31612345678' } });
  const byId = await anna.account.lookUp({ by: { case: 'accountId', value: bob.person.accountId } });
  expect(byHandle).toEqual(byId);
  expect(byId.keyring?.epochs.length).toBe(1);
  expect(await codeOf(anna.account.lookUp({ by: { case: 'handle', value: 'nobody@example.org' } }))).toBe(
    'NOT_FOUND',
  );
  expect(await codeOf(anna.account.lookUp({ by: { case: 'accountId', value: random(16) } }))).toBe(
    'NOT_FOUND',
  );
  expect(await codeOf(anna.account.lookUp({ by: { case: 'handle', value: 'nobody' } }))).toBe(
    'HANDLE_INVALID',
  );
});

test('ACC-14 registration by invitation and closed', async () => {
  const invited = await createCloud({
    dataDir: ':memory:',
    registration: 'invitation',
    invitations: ['welcome-anna'],
  });
  expect(await codeOf(signUp(invited, 'anna@example.org'))).toBe('INVITATION_REQUIRED');
  expect(await codeOf(signUp(invited, 'anna@example.org', { invitation: 'nonsense' }))).toBe(
    'INVITATION_INVALID',
  );
  await signUp(invited, 'anna@example.org', { invitation: 'Welcome Anna' });
  expect(await codeOf(signUp(invited, 'bob@example.org', { invitation: 'welcome-anna' }))).toBe(
    'INVITATION_INVALID',
  );
  await signUp(invited, 'bob@example.org', { invitation: invited.invite() });
  await invited.close();
  const closed = await createCloud({ dataDir: ':memory:', registration: 'closed' });
  expect(await codeOf(signUp(closed, 'anna@example.org'))).toBe('FORBIDDEN');
  await closed.close();
});

test('ACC-11 the keyring changes by compare-and-set and only with what verifies', async () => {
  const anna = await signUp(cloud, 'anna@example.org');
  const second = await addDevice(cloud, anna.person);
  const third = await addDevice(cloud, anna.person);
  const { request } = await removal(anna, second.keys.deviceId);
  const { account } = anna;
  expect(await codeOf(account.updateKeyring({ ...request, expectedLogLength: 3 }))).toBe('KEYRING_CONFLICT');
  expect(await codeOf(account.updateKeyring({ ...request, expectedEpoch: 2 }))).toBe('KEYRING_CONFLICT');
  const { epoch: _, ...withoutEpoch } = request;
  expect(await codeOf(account.updateKeyring(withoutEpoch))).toBe('KEYRING_INVALID');
  expect(await codeOf(account.updateKeyring({ ...request, wraps: request.wraps.slice(1) }))).toBe(
    'KEYRING_INVALID',
  );
  expect(await codeOf(account.updateKeyring({ ...request, entries: [] }))).toBe('KEYRING_INVALID');
  expect(await codeOf(third.account.updateKeyring(request))).toBe('KEYRING_INVALID');
  const eve = await signUp(cloud, 'eve@example.org');
  expect(await codeOf(eve.account.updateKeyring({ ...request, expectedLogLength: 2 }))).toBe(
    'KEYRING_INVALID',
  );
  expect(await codeOf(account.updateKeyring({ expectedLogLength: 4, expectedEpoch: 1 }))).toBe('MALFORMED');
  expect((await account.getKeyring({})).keyring?.log.length).toBe(4);
  expect(await account.updateKeyring(request)).toMatchObject({ logLength: 5, epoch: 2 });
  expect(await codeOf(account.updateKeyring(request))).toBe('KEYRING_CONFLICT');
});

test('ACC-12 a removed device has no session, no wrap of the new epoch and no place in the mailbox', async () => {
  const anna = await signUp(cloud, 'anna@example.org');
  const second = await addDevice(cloud, anna.person);
  const { request, epochKey } = await removal(anna, second.keys.deviceId);
  await anna.account.updateKeyring(request);
  expect(await codeOf(second.zone.openZone({ zone: 2 }))).toBe('SESSION_REVOKED');
  const keyring = await anna.account.getKeyring({});
  expect(keyring.keyring?.epochs.length).toBe(2);
  expect(keyring.wraps.map((wrap) => wrap.epoch)).toEqual([1, 2]);
  // Her next device gets the new epoch's key and reads on.
  const next = await addDevice(cloud, { ...anna.person, epochKey });
  expect(next.person.epochKey).toEqual(epochKey);
  expect((await next.account.getKeyring({})).wraps.map((wrap) => wrap.epoch)).toEqual([2]);
});
