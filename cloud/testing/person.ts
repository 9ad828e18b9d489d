/** People and their devices as a test needs them: real keys and real OPAQUE, on a cloud in this process. */
import * as opaque from '@serenity-kit/opaque';
import {
  createDeviceKeys,
  type DeviceKeys,
  logAfter,
  signAddDevice,
  signGenesis,
  signRemoveDevice,
  signRotate,
  verifyDeviceLog,
} from '../../shared/crypto/device-log.ts';
import type { EpochKey } from '../../shared/crypto/epoch-keys.ts';
import { createEpoch, openWrap, verifyEpochChain, wrapEpochKey } from '../../shared/crypto/epochs.ts';
import { systemRandom } from '../../shared/crypto/random.ts';
import {
  newRecoveryKey,
  type RecoveryKey,
  recoverySignKey,
  recoveryWrapKey,
} from '../../shared/crypto/recovery.ts';
import { createRoot, passwordWrapKey, type Root, unwrapRoot, wrapRoot } from '../../shared/crypto/root.ts';
import type { Signed } from '../../shared/crypto/signing.ts';
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import type { AccountSecrets } from '../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import type { Cloud } from '../app.ts';
import { type Clients, clientsOf } from './clients.ts';

export const random = systemRandom;
type Random = typeof systemRandom;
const keyStretching = { 'argon2id-custom': { iterations: 1, memory: 8, parallelism: 1 } } as const;

export type Person = {
  handle: string;
  password: string;
  accountId: Uint8Array;
  root: Root;
  recovery: RecoveryKey;
  epochKey: EpochKey;
};

export type TestDevice = Clients & { person: Person; keys: DeviceKeys; token: string };

export const signUpRequest = async (
  cloud: Pick<Cloud, 'fetch'>,
  handle: string,
  options: { password?: string; invitation?: string; address?: string; random?: Random } = {},
) => {
  await Promise.all([opaque.ready, sodiumReady()]);
  const random = options.random ?? systemRandom;
  const password = options.password ?? `password of ${handle}`;
  const { account } = clientsOf(cloud, undefined, options.address);
  const { clientRegistrationState, registrationRequest } = opaque.client.startRegistration({ password });
  const { registrationResponse } = await account.signUpStart({ handle, registrationRequest });
  const { registrationRecord, exportKey } = opaque.client.finishRegistration({
    password,
    registrationResponse,
    clientRegistrationState,
    keyStretching,
  });
  const accountId = random(16);
  const root = createRoot(random);
  const recovery = newRecoveryKey(random);
  const keys = createDeviceKeys(random);
  const genesis = signGenesis({ accountId, root, timeMs: 1 });
  const added = signAddDevice({
    log: logAfter(accountId, [genesis]),
    device: publicHalf(keys),
    signer: { identity: root.identity },
    timeMs: 2,
  });
  const log: Signed[] = [genesis, added];
  const epoch = await createEpoch({
    log: verifyDeviceLog(log, { accountId }),
    signer: { device: keys },
    timeMs: 3,
    random,
  });
  const person: Person = { handle, password, accountId, root, recovery, epochKey: epoch.key };
  const request = {
    handle,
    registrationRecord,
    invitation: options.invitation ?? '',
    accountId,
    passwordWrap: wrapRoot(root, passwordWrapKey(exportKey), random),
    recoveryWrap: wrapRoot(root, recoveryWrapKey(recovery.entropy), random),
    recoveryKey: recoverySignKey(recovery.entropy).publicKey,
    log,
    epoch: epoch.statement,
    wraps: epoch.wraps,
  };
  return { person, keys, request };
};

const publicHalf = (keys: DeviceKeys) => ({
  deviceId: keys.deviceId,
  signKey: keys.signKey.publicKey,
  sealKey: keys.sealKey.publicKey,
});

export const signUp = async (
  cloud: Pick<Cloud, 'fetch'>,
  handle: string,
  options: Parameters<typeof signUpRequest>[2] = {},
): Promise<TestDevice> => {
  const { person, keys, request } = await signUpRequest(cloud, handle, options);
  const { sessionToken } = await clientsOf(cloud, undefined, options.address).account.signUpFinish(request);
  return { ...clientsOf(cloud, sessionToken), person, keys, token: sessionToken };
};

/** Undefined when the password is wrong: the device sees that before it finishes. */
export const signIn = async (
  cloud: Pick<Cloud, 'fetch'>,
  handle: string,
  password: string,
  address?: string,
) => {
  await opaque.ready;
  const { account } = clientsOf(cloud, undefined, address);
  const { clientLoginState, startLoginRequest } = opaque.client.startLogin({ password });
  const { loginResponse, loginId } = await account.signInStart({ handle, startLoginRequest });
  const login = opaque.client.finishLogin({ clientLoginState, loginResponse, password, keyStretching });
  if (login === undefined) return undefined;
  const finish = await account.signInFinish({ loginId, finishLoginRequest: login.finishLoginRequest });
  return { ...finish, exportKey: login.exportKey };
};

export const secretsState = (secrets: AccountSecrets | undefined) => {
  if (secrets === undefined) throw new Error('no secrets');
  const log = verifyDeviceLog(secrets.log, { accountId: secrets.accountId });
  return { log, chain: verifyEpochChain(secrets.epochs, log) };
};

export const joinRequest = async (
  secrets: AccountSecrets | undefined,
  root: Root,
  random: Random = systemRandom,
) => {
  const { log, chain } = secretsState(secrets);
  const wrap = secrets?.rootWraps.find((candidate) => candidate.epoch === chain.current.epoch);
  if (wrap === undefined) throw new Error('no wrap to the root');
  const epochKey = await openWrap(wrap, root.sealing.secretKey, chain);
  const keys = createDeviceKeys(random);
  const entry = signAddDevice({
    log,
    device: publicHalf(keys),
    signer: { identity: root.identity },
    timeMs: 4,
  });
  const wrapped = await wrapEpochKey({
    accountId: log.accountId,
    epoch: chain.current.epoch,
    key: epochKey,
    recipient: keys.deviceId,
    recipientKey: keys.sealKey.publicKey,
    random,
  });
  return { keys, epochKey, request: { expectedLogLength: log.length, entry, wraps: [wrapped] } };
};

/** Another device of this person, by password. */
export const addDevice = async (
  cloud: Pick<Cloud, 'fetch'>,
  person: Person,
  random: Random = systemRandom,
): Promise<TestDevice> => {
  const signedIn = await signIn(cloud, person.handle, person.password);
  if (signedIn?.account?.passwordWrap === undefined) throw new Error('sign-in failed');
  const root = unwrapRoot(signedIn.account.passwordWrap, passwordWrapKey(signedIn.exportKey));
  const { keys, epochKey, request } = await joinRequest(signedIn.account, root, random);
  const { sessionToken } = await clientsOf(cloud, signedIn.ticket).account.joinDevice(request);
  return { ...clientsOf(cloud, sessionToken), person: { ...person, epochKey }, keys, token: sessionToken };
};

/** What `by` sends to remove a device: the entry, and the epoch that leaves it out. */
export const removal = async (by: TestDevice, deviceId: Uint8Array) => {
  const { keyring } = await by.account.getKeyring({});
  if (keyring === undefined) throw new Error('no keyring');
  const log = verifyDeviceLog(keyring.log, { accountId: keyring.accountId });
  const chain = verifyEpochChain(keyring.epochs, log);
  const entry = signRemoveDevice({ log, deviceId, reason: 2, signer: { device: by.keys }, timeMs: 5 });
  const after = verifyDeviceLog([...keyring.log, entry], { accountId: keyring.accountId });
  const epoch = await createEpoch({
    log: after,
    previous: { chain, key: by.person.epochKey },
    signer: { device: by.keys },
    timeMs: 6,
    random,
  });
  return {
    epochKey: epoch.key,
    request: {
      expectedLogLength: log.length,
      expectedEpoch: chain.current.epoch,
      entries: [entry],
      epoch: epoch.statement,
      wraps: epoch.wraps,
    },
  };
};

/** What `by` sends to remove a stolen device: it, a new root, the epoch after both, and what opens the root. */
export const rotation = async (by: TestDevice, deviceId: Uint8Array, oldRoot: Root = by.person.root) => {
  const { keyring } = await by.account.getKeyring({});
  if (keyring === undefined) throw new Error('no keyring');
  const { accountId } = keyring;
  const log = verifyDeviceLog(keyring.log, { accountId });
  const chain = verifyEpochChain(keyring.epochs, log);
  const root = createRoot(random);
  const recovery = newRecoveryKey(random);
  const signer = { device: by.keys };
  const removed = signRemoveDevice({ log, deviceId, reason: 3, signer, timeMs: 5 });
  const at = logAfter(accountId, [...keyring.log, removed]);
  const rotated = signRotate({ log: at, newRoot: root, oldIdentity: oldRoot.identity, timeMs: 5 });
  const entries = [removed, rotated];
  const after =
    oldRoot === by.person.root ? verifyDeviceLog([...keyring.log, ...entries], { accountId }) : log;
  const epoch = await createEpoch({
    log: after,
    previous: { chain, key: by.person.epochKey },
    signer: { identity: root.identity },
    timeMs: 6,
    random,
  });
  const person: Person = { ...by.person, root, recovery, epochKey: epoch.key };
  const request = {
    expectedLogLength: log.length,
    expectedEpoch: chain.current.epoch,
    entries,
    epoch: epoch.statement,
    wraps: epoch.wraps,
    root: {
      // The test does not need the password's wrap: it is that of the recovery key.
      passwordWrap: wrapRoot(root, recoveryWrapKey(recovery.entropy), random),
      recoveryWrap: wrapRoot(root, recoveryWrapKey(recovery.entropy), random),
      recoveryKey: recoverySignKey(recovery.entropy).publicKey,
    },
  };
  return { person, request };
};
