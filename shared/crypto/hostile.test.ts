import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { RemoveReason } from '../proto/gen/lockstep/cloud/v1/keys_pb.js';
import {
  createDeviceKeys,
  logAfter,
  publicDevice,
  signAddDevice,
  signGenesis,
  signRemoveDevice,
  verifyDeviceLog,
} from './device-log.ts';
import { openContent } from './envelopes.ts';
import { createEpoch, verifyEpochChain } from './epochs.ts';
import { SealError, TrustError } from './errors.ts';
import { systemRandom as random } from './random.ts';
import { openRecord, openTombstone } from './records.ts';
import { createRoot } from './root.ts';
import type { Signed } from './signing.ts';
import { sodiumReady } from './sodium.ts';

beforeAll(sodiumReady);

const accountId = new Uint8Array(16).fill(1);
const timeMs = 1_700_000_000_000;

/** Any one bit of any one entry, in its body or its signature, flipped. */
const flips = fc.record({ entry: fc.nat(), inBody: fc.boolean(), byte: fc.nat(), bit: fc.nat({ max: 7 }) });

function flipped(
  list: Signed[],
  flip: { entry: number; inBody: boolean; byte: number; bit: number },
): Signed[] {
  const at = flip.entry % list.length;
  const part = flip.inBody ? 'body' : 'signature';
  const bytes = list[at]![part].slice();
  const place = flip.byte % bytes.length;
  bytes[place] = bytes[place]! ^ (1 << flip.bit);
  return list.with(at, { ...list[at]!, [part]: bytes });
}

async function keyring() {
  const root = createRoot(random);
  const [mac, phone] = [createDeviceKeys(random), createDeviceKeys(random)];
  const signer = { identity: root.identity };
  const entries = [signGenesis({ accountId, root, timeMs })];
  for (const keys of [mac, phone]) {
    const log = logAfter(accountId, entries);
    entries.push(signAddDevice({ log, device: publicDevice(keys), signer, timeMs }));
  }
  const before = verifyDeviceLog(entries, { accountId });
  const first = await createEpoch({ log: before, signer, timeMs, random });
  const reason = RemoveReason.REMOVED;
  entries.push(
    signRemoveDevice({ log: before, deviceId: phone.deviceId, reason, signer: { device: mac }, timeMs }),
  );
  const log = verifyDeviceLog(entries, { accountId });
  const previous = { chain: verifyEpochChain([first.statement], before), key: first.key };
  const second = await createEpoch({ log, previous, signer: { device: mac }, timeMs, random });
  return { entries, log, epochs: [first.statement, second.statement] };
}

describe('a hostile cloud', () => {
  test('KEY-3 no bit of a device log can be changed', async () => {
    const { entries } = await keyring();
    fc.assert(
      fc.property(flips, (flip) => {
        expect(() => verifyDeviceLog(flipped(entries, flip), { accountId })).toThrow(TrustError);
      }),
    );
  });

  test('KEY-16 no bit of an epoch chain can be changed, and no other order of it passes', async () => {
    const { log, epochs } = await keyring();
    expect(verifyEpochChain(epochs, log).current.epoch).toBe(2);
    fc.assert(
      fc.property(flips, (flip) => {
        expect(() => verifyEpochChain(flipped(epochs, flip), log)).toThrow(TrustError);
      }),
    );
    expect(() => verifyEpochChain(epochs.toReversed(), log)).toThrow(TrustError);
  });

  test('REC-3 bytes made up by anybody never open: every refusal is a SealError', () => {
    const place = { zoneKey: random(32), zone: 2, generation: 1, id: random(16), rev: 1, epoch: 1 };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, suite) => {
        const made = bytes.slice();
        if (suite && made.length > 0) made[0] = 1;
        expect(() => openRecord({ ...place, ct: made })).toThrow(SealError);
        expect(() => openTombstone({ ...place, proof: made })).toThrow(SealError);
        expect(() => openContent(made, place.zoneKey)).toThrow(SealError);
      }),
    );
  });
});
