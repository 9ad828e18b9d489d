import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { beforeAll, describe, expect, test } from 'vitest';
import { DeviceLogEntrySchema, RemoveReason } from '../proto/gen/lockstep/cloud/v1/keys_pb.js';
import {
  createDeviceKeys,
  logAfter,
  publicDevice,
  type Signer,
  signAddDevice,
  signGenesis,
  signRemoveDevice,
  signRotate,
  verifyDeviceLog,
} from './device-log.ts';
import { TrustError } from './errors.ts';
import { systemRandom as random } from './random.ts';
import { createRoot } from './root.ts';
import { Domain, type Signed, sign } from './signing.ts';
import { sodiumReady } from './sodium.ts';

beforeAll(sodiumReady);

const timeMs = 1_700_000_000_000;
const accountId = new Uint8Array(16).fill(1);

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof TrustError) return error.code;
    throw error;
  }
  return 'accepted';
}

function account() {
  const root = createRoot(random);
  const [mac, phone, other] = [createDeviceKeys(random), createDeviceKeys(random), createDeviceKeys(random)];
  const identity: Signer = { identity: root.identity };
  const log: Signed[] = [signGenesis({ accountId, root, timeMs })];
  const add = (keys: typeof mac, signer: Signer) =>
    log.push(signAddDevice({ log: logAfter(accountId, log), device: publicDevice(keys), signer, timeMs }));
  const remove = (keys: typeof mac, signer: Signer) =>
    log.push(
      signRemoveDevice({
        log: logAfter(accountId, log),
        deviceId: keys.deviceId,
        reason: RemoveReason.REMOVED,
        signer,
        timeMs,
      }),
    );
  const check = () => codeOf(() => verifyDeviceLog(log, { accountId }));
  /** An entry with anything in it, signed properly by whoever. */
  const forge = (changes: MessageInitShape<typeof DeviceLogEntrySchema>, secretKey: Uint8Array) => {
    const end = logAfter(accountId, log);
    const body = toBinary(
      DeviceLogEntrySchema,
      create(DeviceLogEntrySchema, { accountId, index: end.length, prevHash: end.headHash, ...changes }),
    );
    log.push({ body, signature: sign(Domain.deviceLog, body, secretKey) });
  };
  return { root, identity, mac, phone, other, log, add, remove, check, forge };
}

describe('device log', () => {
  test('KEY-1 devices come by the identity or an active device, and go', () => {
    const a = account();
    a.add(a.mac, a.identity);
    a.add(a.phone, { device: a.mac });
    a.remove(a.mac, { device: a.phone });
    const state = verifyDeviceLog(a.log, { accountId });
    expect(state.activeAt().map((device) => device.deviceId)).toEqual([a.phone.deviceId]);
    expect(state.activeAt(2).map((device) => device.deviceId)).toEqual([a.mac.deviceId]);
    expect(state.activeAt(3)).toHaveLength(2);
    expect(state.length).toBe(4);
    expect(state.identityKey).toEqual(a.root.identity.publicKey);
    expect(state.rootKey).toEqual(a.root.sealing.publicKey);
    expect(state.headHash).toEqual(logAfter(accountId, a.log).headHash);
  });

  test('KEY-2 an entry of another account, index or predecessor is refused, and an empty log', () => {
    expect(codeOf(() => verifyDeviceLog([], { accountId }))).toBe('empty');
    const a = account();
    expect(codeOf(() => verifyDeviceLog(a.log, { accountId: new Uint8Array(16) }))).toBe('wrong_account');
    a.add(a.mac, a.identity);
    a.add(a.phone, a.identity);
    const [genesis, first, second] = a.log as [Signed, Signed, Signed];
    for (const log of [[genesis, second], [genesis, second, first], [first], [genesis, first, first]]) {
      expect(codeOf(() => verifyDeviceLog(log, { accountId }))).toBe('broken_chain');
    }
    const value = publicDevice(a.other);
    a.forge({ change: { case: 'add', value }, prevHash: new Uint8Array(32) }, a.root.identity.secretKey);
    expect(a.check()).toBe('broken_chain');
  });

  test('KEY-3 a changed body, a changed signature, or a signature of another domain is refused', () => {
    const a = account();
    a.add(a.mac, a.identity);
    const entry = a.log[1]!;
    const flipped = { ...entry, signature: entry.signature.map((byte, i) => (i === 5 ? byte ^ 1 : byte)) };
    expect(codeOf(() => verifyDeviceLog([a.log[0]!, flipped], { accountId }))).toBe('bad_signature');
    const cut = { ...entry, signature: entry.signature.subarray(1) };
    expect(codeOf(() => verifyDeviceLog([a.log[0]!, cut], { accountId }))).toBe('bad_signature');
    const foreign = { ...entry, signature: sign(Domain.epoch, entry.body, a.root.identity.secretKey) };
    expect(codeOf(() => verifyDeviceLog([a.log[0]!, foreign], { accountId }))).toBe('bad_signature');
    const body = fromBinary(DeviceLogEntrySchema, entry.body);
    body.timeMs += 1n;
    const changed = { ...entry, body: toBinary(DeviceLogEntrySchema, body) };
    expect(codeOf(() => verifyDeviceLog([a.log[0]!, changed], { accountId }))).toBe('bad_signature');
    const garbage = { ...entry, body: new Uint8Array([255, 255]) };
    expect(codeOf(() => verifyDeviceLog([a.log[0]!, garbage], { accountId }))).toBe('malformed');
  });

  test('KEY-4 a stranger, a removed device, and one that is not added yet cannot sign', () => {
    const a = account();
    a.add(a.mac, a.identity);
    a.add(a.phone, { device: a.other });
    expect(a.check()).toBe('unknown_signer');
    a.log.pop();
    a.add(a.phone, a.identity);
    a.remove(a.phone, { device: a.mac });
    a.add(a.other, { device: a.phone });
    expect(a.check()).toBe('unknown_signer');
    a.log.pop();
    a.forge(
      { change: { case: 'add', value: publicDevice(a.other) }, signer: a.mac.deviceId },
      a.other.signKey.secretKey,
    );
    expect(a.check()).toBe('bad_signature');
  });

  test('KEY-5 a device is added once: not twice, not again after removal, not with keys of another', () => {
    const a = account();
    a.add(a.mac, a.identity);
    a.add(a.mac, a.identity);
    expect(a.check()).toBe('bad_change');
    a.log.pop();
    a.add({ ...a.phone, signKey: a.mac.signKey }, a.identity);
    expect(a.check()).toBe('bad_change');
    a.log.pop();
    a.add({ ...a.phone, sealKey: a.root.sealing }, a.identity);
    expect(a.check()).toBe('bad_change');
    a.log.pop();
    a.remove(a.mac, a.identity);
    expect(a.check()).toBe('accepted');
    a.add(a.mac, a.identity);
    expect(a.check()).toBe('bad_change');
  });

  test('KEY-6 removing who is not there, a second genesis, wrong lengths and unknown entries are refused', () => {
    const a = account();
    const secret = a.root.identity.secretKey;
    a.remove(a.mac, a.identity);
    expect(a.check()).toBe('bad_change');
    a.log.pop();
    const value = publicDevice(a.mac);
    const bad: [MessageInitShape<typeof DeviceLogEntrySchema>, string][] = [
      [
        { change: { case: 'genesis', value: { identityKey: random(32), rootKey: value.sealKey } } },
        'bad_change',
      ],
      [{ change: { case: 'add', value: { ...value, deviceId: random(15) } } }, 'bad_change'],
      [{ change: { case: 'add', value: { ...value, signKey: random(31) } } }, 'bad_change'],
      [{ change: { case: 'add', value: { ...value, sealKey: random(33) } } }, 'bad_change'],
      [{ change: { case: 'add', value: { ...value, sealKey: new Uint8Array(32) } } }, 'bad_change'],
      [{ change: { case: 'remove', value: { deviceId: a.mac.deviceId } } }, 'bad_change'],
      [{}, 'unknown_change'],
    ];
    for (const [changes, code] of bad) {
      a.forge(changes, secret);
      expect(a.check()).toBe(code);
      a.log.pop();
    }
    const noGenesis = account();
    noGenesis.add(noGenesis.mac, noGenesis.identity);
    const body = fromBinary(DeviceLogEntrySchema, noGenesis.log[1]!.body);
    body.index = 0;
    body.prevHash = new Uint8Array(0);
    const bytes = toBinary(DeviceLogEntrySchema, body);
    const first = {
      body: bytes,
      signature: sign(Domain.deviceLog, bytes, noGenesis.root.identity.secretKey),
    };
    expect(codeOf(() => verifyDeviceLog([first], { accountId }))).toBe('bad_change');
  });

  test('KEY-7 a shorter log than the pinned one is rolled back, another continuation is a fork', () => {
    const a = account();
    a.add(a.mac, a.identity);
    a.add(a.phone, a.identity);
    const { length, headHash } = verifyDeviceLog(a.log, { accountId });
    const pinned = { length, headHash };
    expect(codeOf(() => verifyDeviceLog(a.log.slice(0, 2), { accountId, pinned }))).toBe('rolled_back');
    const forked = a.log.slice(0, 2);
    for (const keys of [a.other, a.phone]) {
      forked.push(
        signAddDevice({
          log: logAfter(accountId, forked),
          device: publicDevice(keys),
          signer: a.identity,
          timeMs,
        }),
      );
    }
    expect(codeOf(() => verifyDeviceLog(forked, { accountId, pinned }))).toBe('forked');
    a.remove(a.phone, a.identity);
    expect(verifyDeviceLog(a.log, { accountId, pinned }).length).toBe(4);
  });

  test('KEY-8 only the old identity rotates; from then on the new one signs', () => {
    const a = account();
    a.add(a.mac, a.identity);
    const newRoot = createRoot(random);
    const rotation = {
      identityKey: newRoot.identity.publicKey,
      rootKey: newRoot.sealing.publicKey,
    };
    a.forge({ change: { case: 'rotate', value: rotation }, signer: a.mac.deviceId }, a.mac.signKey.secretKey);
    expect(a.check()).toBe('unknown_signer');
    a.log.pop();
    a.forge({ change: { case: 'rotate', value: rotation } }, newRoot.identity.secretKey);
    expect(a.check()).toBe('bad_signature');
    a.log.pop();
    a.log.push(
      signRotate({ log: logAfter(accountId, a.log), newRoot, oldIdentity: a.root.identity, timeMs }),
    );
    const state = verifyDeviceLog(a.log, { accountId, identityKey: a.root.identity.publicKey });
    expect(state.identityKey).toEqual(newRoot.identity.publicKey);
    expect(state.identityAt(2).identityKey).toEqual(a.root.identity.publicKey);
    a.add(a.phone, a.identity);
    expect(a.check()).toBe('bad_signature');
    a.log.pop();
    a.add(a.phone, { identity: newRoot.identity });
    expect(a.check()).toBe('accepted');
  });

  test('KEY-23 a rotation counts only when the new identity has taken over this very log', () => {
    const a = account();
    a.add(a.mac, a.identity);
    const newRoot = createRoot(random);
    const at = logAfter(accountId, a.log);
    const good = signRotate({ log: at, newRoot, oldIdentity: a.root.identity, timeMs });
    const { change } = fromBinary(DeviceLogEntrySchema, good.body);
    if (change.case !== 'rotate') throw new Error('no rotation');
    // Somebody puts a history of their own, with a device of theirs, before the known identity.
    a.add(a.phone, a.identity);
    a.forge({ change }, a.root.identity.secretKey);
    expect(a.check()).toBe('bad_signature');
    a.log.splice(-2);
    a.forge(
      { change: { ...change, value: { ...change.value, proof: new Uint8Array(64) } } },
      a.root.identity.secretKey,
    );
    expect(a.check()).toBe('bad_signature');
    a.log.pop();
    a.log.push(good);
    expect(a.check()).toBe('accepted');
  });

  test('KEY-9 another identity than the one pinned at first contact is said', () => {
    const a = account();
    const identityKey = createRoot(random).identity.publicKey;
    expect(codeOf(() => verifyDeviceLog(a.log, { accountId, identityKey }))).toBe('identity_changed');
  });
});
