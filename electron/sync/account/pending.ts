/**
 * What a sign-up or a renewed root has begun and must be able to go on with (SPEC TRU-3, TRU-13), and the recovery words until they are
 * confirmed. In the encrypted database of this device; the root is in none of it.
 */
import { fromHex, toHex } from '../../../shared/crypto/bytes.ts';
import type { DeviceKeys } from '../../../shared/crypto/device-log.ts';
import { getMeta, setMeta } from '../../store/meta.ts';
import type { Store } from '../../store/open.ts';

const SIGN_UPS = 'pendingSignUps';
const RECOVERY = 'recoveryWords';
const ROTATIONS = 'pendingRotations';
const MOST_KEPT = 5;

export type PendingSignUp = {
  cloudUrl: string;
  handle: string;
  name: string;
  accountId: Uint8Array;
  device: DeviceKeys;
  epochKey: Uint8Array;
  words: string[];
  /** SignUpFinishRequest exactly as sent: the same again gets the same account. */
  request: Uint8Array;
};

type Stored = {
  cloudUrl: string;
  handle: string;
  name: string;
  accountId: string;
  deviceId: string;
  signPublic: string;
  signSecret: string;
  sealPublic: string;
  sealSecret: string;
  epochKey: string;
  words: string[];
  request: string;
};

/** Newest last. */
export function pendingSignUps(store: Store): PendingSignUp[] {
  const text = getMeta(store, SIGN_UPS);
  if (text === null) return [];
  return (JSON.parse(text) as Stored[]).map((one) => ({
    cloudUrl: one.cloudUrl,
    handle: one.handle,
    name: one.name,
    accountId: fromHex(one.accountId),
    device: {
      deviceId: fromHex(one.deviceId),
      signKey: { publicKey: fromHex(one.signPublic), secretKey: fromHex(one.signSecret) },
      sealKey: { publicKey: fromHex(one.sealPublic), secretKey: fromHex(one.sealSecret) },
    },
    epochKey: fromHex(one.epochKey),
    words: one.words,
    request: fromHex(one.request),
  }));
}

export function addPendingSignUp(store: Store, pending: PendingSignUp): void {
  const all = [...pendingSignUps(store), pending].slice(-MOST_KEPT).map(
    (one): Stored => ({
      cloudUrl: one.cloudUrl,
      handle: one.handle,
      name: one.name,
      accountId: toHex(one.accountId),
      deviceId: toHex(one.device.deviceId),
      signPublic: toHex(one.device.signKey.publicKey),
      signSecret: toHex(one.device.signKey.secretKey),
      sealPublic: toHex(one.device.sealKey.publicKey),
      sealSecret: toHex(one.device.sealKey.secretKey),
      epochKey: toHex(one.epochKey),
      words: one.words,
      request: toHex(one.request),
    }),
  );
  setMeta(store, SIGN_UPS, JSON.stringify(all));
}

export function dropPendingSignUps(store: Store): void {
  setMeta(store, SIGN_UPS, null);
}

export type RecoveryQuestion = { words: string[]; ask: [number, number] };

/** The words to show, and which two (counted from 0) are asked back; null when that is done. For `session.state` too. */
export function recoveryQuestion(store: Store): RecoveryQuestion | null {
  const text = getMeta(store, RECOVERY);
  return text === null ? null : (JSON.parse(text) as RecoveryQuestion);
}

export function keepRecoveryQuestion(store: Store, question: RecoveryQuestion | null): void {
  setMeta(store, RECOVERY, question === null ? null : JSON.stringify(question));
  store.changes.flag('session');
}

/** New words, until the cloud's keyring says whether their root became the account's. */
export type PendingRotation = { identityKey: Uint8Array; question: RecoveryQuestion };

export function addPendingRotation(store: Store, one: PendingRotation): void {
  const all = [...rotations(store), { identity: toHex(one.identityKey), question: one.question }];
  setMeta(store, ROTATIONS, JSON.stringify(all.slice(-MOST_KEPT)));
}

/**
 * The account has another root now. The words of this device, if it was the one that made it, are shown; any others open nothing any
 * more. In the caller's transaction. True when it was this device.
 */
export function adoptRotation(store: Store, identityKey: Uint8Array): boolean {
  const made = rotations(store).find((one) => one.identity === toHex(identityKey));
  setMeta(store, ROTATIONS, null);
  keepRecoveryQuestion(store, made?.question ?? null);
  return made !== undefined;
}

function rotations(store: Store): { identity: string; question: RecoveryQuestion }[] {
  return JSON.parse(getMeta(store, ROTATIONS) ?? '[]');
}
