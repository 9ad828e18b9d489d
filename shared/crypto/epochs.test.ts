import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type EpochStatement,
  EpochStatementSchema,
  RemoveReason,
} from '../proto/gen/lockstep/cloud/v1/keys_pb.js';
import { equalBytes, toHex } from './bytes.ts';
import {
  createDeviceKeys,
  type DeviceKeys,
  type DeviceLogState,
  logAfter,
  publicDevice,
  type Signer,
  signAddDevice,
  signGenesis,
  signRemoveDevice,
  verifyDeviceLog,
} from './device-log.ts';
import { idKey, inboxKeyPair, zoneKey } from './epoch-keys.ts';
import { createEpoch, openWrap, verifyEpochChain, walkDown, wrapEpochKey } from './epochs.ts';
import { SealError, TrustError } from './errors.ts';
import { systemRandom as random } from './random.ts';
import { createRoot } from './root.ts';
import { Domain, type Signed, sign } from './signing.ts';
import { sodiumReady } from './sodium.ts';

beforeAll(sodiumReady);

const timeMs = 1_700_000_000_000;
const accountId = new Uint8Array(16).fill(1);

async function codeOf(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    if (error instanceof TrustError || error instanceof SealError) return error.code;
    throw error;
  }
  return 'accepted';
}

/** An account with a Mac and a phone, the epoch made for both, then the phone's removal with the epoch after it. */
async function account() {
  const root = createRoot(random);
  const mac = createDeviceKeys(random);
  const phone = createDeviceKeys(random);
  const identity: Signer = { identity: root.identity };
  const entries: Signed[] = [signGenesis({ accountId, root, timeMs })];
  const add = (keys: DeviceKeys) =>
    entries.push(
      signAddDevice({
        log: logAfter(accountId, entries),
        device: publicDevice(keys),
        signer: identity,
        timeMs,
      }),
    );
  add(mac);
  add(phone);
  const log1 = verifyDeviceLog(entries, { accountId });
  const first = await createEpoch({ log: log1, signer: { device: phone }, timeMs, random });
  const chain1 = verifyEpochChain([first.statement], log1);
  entries.push(
    signRemoveDevice({
      log: log1,
      deviceId: phone.deviceId,
      reason: RemoveReason.STOLEN,
      signer: { device: mac },
      timeMs,
    }),
  );
  const log2 = verifyDeviceLog(entries, { accountId });
  const second = await createEpoch({
    log: log2,
    previous: { chain: chain1, key: first.key },
    signer: { device: mac },
    timeMs,
    random,
  });
  return { root, identity, mac, phone, entries, add, log1, log2, first, chain1, second };
}

function resign(signed: Signed, secretKey: Uint8Array, change: (statement: EpochStatement) => void): Signed {
  const statement = fromBinary(EpochStatementSchema, signed.body);
  change(statement);
  const body = toBinary(EpochStatementSchema, create(EpochStatementSchema, statement));
  return { body, signature: sign(Domain.epoch, body, secretKey) };
}

describe('epochs', () => {
  test('KEY-10 the root and each active device open the epoch’s key, a removed one does not', async () => {
    const a = await account();
    const chain = verifyEpochChain([a.first.statement, a.second.statement], a.log2);
    expect(chain.current.epoch).toBe(2);
    expect(a.second.wraps).toHaveLength(2);
    const toRoot = a.second.wraps.find((wrap) => wrap.recipient.length === 0)!;
    const toMac = a.second.wraps.find((wrap) => equalBytes(wrap.recipient, a.mac.deviceId))!;
    expect(await openWrap(toRoot, a.root.sealing.secretKey, chain)).toEqual(a.second.key);
    expect(await openWrap(toMac, a.mac.sealKey.secretKey, chain)).toEqual(a.second.key);
    expect(await codeOf(() => openWrap(toMac, a.phone.sealKey.secretKey, chain))).toBe('not_authentic');
    expect(await codeOf(() => openWrap({ ...toMac, suite: 2 }, a.mac.sealKey.secretKey, chain))).toBe(
      'unknown_suite',
    );
    const moved = { ...toMac, epoch: 1 };
    expect(await codeOf(() => openWrap(moved, a.mac.sealKey.secretKey, chain))).toBe('not_authentic');
  });

  test('KEY-11 the current key leads down to the first, each checked against its statement', async () => {
    const a = await account();
    const chain = verifyEpochChain([a.first.statement, a.second.statement], a.log2);
    const keys = walkDown(chain, a.second.key);
    expect([...keys.keys()]).toEqual([2, 1]);
    expect(keys.get(1)).toEqual(a.first.key);
    expect(walkDown(chain, a.first.key, 1).get(1)).toEqual(a.first.key);
    expect(await codeOf(() => walkDown(chain, a.first.key))).toBe('wrong_key');
    const unwilling = resign(a.second.statement, a.mac.signKey.secretKey, (statement) => {
      statement.sealedPrevious = new Uint8Array(73).fill(1);
    });
    const broken = verifyEpochChain([a.first.statement, unwilling], a.log2);
    expect(await codeOf(() => walkDown(broken, a.second.key))).toBe('wrong_key');
  });

  test('KEY-12 a key sealed by anybody who knows the public keys is refused unless the chain commits to it', async () => {
    const a = await account();
    const chain = verifyEpochChain([a.first.statement], a.log1);
    const common = {
      accountId,
      epoch: 1,
      recipient: a.mac.deviceId,
      recipientKey: a.mac.sealKey.publicKey,
      random,
    };
    const forged = await wrapEpochKey({ ...common, key: random(32) });
    expect(await codeOf(() => openWrap(forged, a.mac.sealKey.secretKey, chain))).toBe('not_authentic');
    const beyond = await wrapEpochKey({ ...common, key: random(32), epoch: 9 });
    expect(await codeOf(() => openWrap(beyond, a.mac.sealKey.secretKey, chain))).toBe('broken_chain');
    const otherInbox = resign(a.first.statement, a.phone.signKey.secretKey, (statement) => {
      statement.inboxKey = a.mac.sealKey.publicKey;
    });
    const lying = verifyEpochChain([otherInbox], a.log1);
    const wrap = a.first.wraps.find((candidate) => equalBytes(candidate.recipient, a.mac.deviceId))!;
    expect(await codeOf(() => openWrap(wrap, a.mac.sealKey.secretKey, lying))).toBe('wrong_key');
  });

  test('KEY-13 a removed device and a stranger cannot make an epoch; the identity can', async () => {
    const a = await account();
    const options = { log: a.log2, previous: { chain: a.chain1, key: a.first.key }, timeMs, random };
    expect(await codeOf(() => createEpoch({ ...options, signer: { device: a.phone } }))).toBe(
      'unknown_signer',
    );
    for (const keys of [a.phone, createDeviceKeys(random)]) {
      const forged = resign(a.second.statement, keys.signKey.secretKey, (statement) => {
        statement.signer = keys.deviceId;
      });
      expect(await codeOf(() => verifyEpochChain([a.first.statement, forged], a.log2))).toBe(
        'unknown_signer',
      );
    }
    const byIdentity = await createEpoch({ ...options, signer: a.identity });
    expect(verifyEpochChain([a.first.statement, byIdentity.statement], a.log2).current.epoch).toBe(2);
    const imposter = resign(a.second.statement, a.phone.signKey.secretKey, () => {});
    expect(await codeOf(() => verifyEpochChain([a.first.statement, imposter], a.log2))).toBe('bad_signature');
  });

  test('KEY-14 the recipients are exactly the active devices: none more, none less', async () => {
    const a = await account();
    const secret = a.mac.signKey.secretKey;
    for (const recipients of [
      [],
      [a.phone.deviceId],
      [a.mac.deviceId, a.phone.deviceId],
      [a.mac.deviceId, a.mac.deviceId],
    ]) {
      const forged = resign(a.second.statement, secret, (statement) => {
        statement.recipients = recipients;
      });
      expect(await codeOf(() => verifyEpochChain([a.first.statement, forged], a.log2))).toBe(
        'wrong_recipients',
      );
    }
  });

  test('KEY-15 after a removal no chain is accepted without the epoch that follows it', async () => {
    const a = await account();
    expect(await codeOf(() => verifyEpochChain([a.first.statement], a.log2))).toBe('epoch_missing');
    expect(await codeOf(() => verifyEpochChain([a.first.statement], a.log1))).toBe('accepted');
    a.add(createDeviceKeys(random));
    const joined = verifyDeviceLog(a.entries, { accountId });
    expect(await codeOf(() => verifyEpochChain([a.first.statement, a.second.statement], joined))).toBe(
      'accepted',
    );
  });

  test('KEY-16 a chain that skips, repeats, changes or hides anything is refused', async () => {
    const a = await account();
    const { log1, log2 } = a;
    const [one, two] = [a.first.statement, a.second.statement];
    const refused: [Signed[], DeviceLogState, string][] = [
      [[], log2, 'empty'],
      [[two], log2, 'broken_chain'],
      [[one, one], log2, 'broken_chain'],
      [[one, two], log1, 'broken_chain'],
      [[one, { ...two, body: new Uint8Array([255]) }], log2, 'malformed'],
      [[one, { ...two, signature: one.signature }], log2, 'bad_signature'],
    ];
    const changes: [(statement: EpochStatement) => void, string][] = [
      [
        (s) => {
          s.accountId = random(16);
        },
        'wrong_account',
      ],
      [
        (s) => {
          s.epoch = 3;
        },
        'broken_chain',
      ],
      [
        (s) => {
          s.prevHash = random(32);
        },
        'broken_chain',
      ],
      [
        (s) => {
          s.logLength = 2;
        },
        'broken_chain',
      ],
      [
        (s) => {
          s.logLength = 99;
        },
        'broken_chain',
      ],
      [
        (s) => {
          s.keyHash = random(31);
        },
        'malformed',
      ],
      [
        (s) => {
          s.inboxKey = new Uint8Array(32);
        },
        'malformed',
      ],
      [
        (s) => {
          s.sealedPrevious = new Uint8Array(0);
        },
        'malformed',
      ],
    ];
    for (const [change, code] of changes) {
      refused.push([[one, resign(two, a.mac.signKey.secretKey, change)], log2, code]);
    }
    for (const [epochs, log, code] of refused) {
      expect(await codeOf(() => verifyEpochChain(epochs, log))).toBe(code);
    }
  });

  test('KEY-17 a lower epoch than the pinned one is rolled back, another statement in its place a fork', async () => {
    const a = await account();
    const chain = verifyEpochChain([a.first.statement, a.second.statement], a.log2);
    const pinned = { epoch: 2, headHash: chain.headHash };
    expect(await codeOf(() => verifyEpochChain([a.first.statement], a.log1, { pinned }))).toBe('rolled_back');
    const again = resign(a.second.statement, a.mac.signKey.secretKey, (statement) => {
      statement.timeMs += 1n;
    });
    expect(await codeOf(() => verifyEpochChain([a.first.statement, again], a.log2, { pinned }))).toBe(
      'forked',
    );
    expect(verifyEpochChain([a.first.statement, a.second.statement], a.log2, { pinned }).current.epoch).toBe(
      2,
    );
  });

  test('KEY-18 every purpose has a key of its own', async () => {
    const key = new Uint8Array(32).fill(5);
    const keys = [
      zoneKey(key, 1),
      zoneKey(key, 2),
      idKey(key, 1, 1),
      idKey(key, 2, 1),
      idKey(key, 2, 2),
      inboxKeyPair(key).secretKey,
      key,
    ].map(toHex);
    expect(new Set(keys).size).toBe(keys.length);
    expect(() => zoneKey(new Uint8Array(31), 1)).toThrow(/32 bytes/);
    expect(() => zoneKey(key, 0)).toThrow(/zone/);
    expect(keys.slice(0, 3)).toEqual(GOLDEN_KEYS);
  });
});

const GOLDEN_KEYS = [
  '5ef49dd67aca1a4a2238916ff297877fb01e78254af45d2cf16e4a010161b1ba',
  '42287397e0b428276eabbe749de226b382a61455c46f466e5887d60d95e43cf4',
  '4cedb90c06dda3bdecab20cac9f10459a319c56859f9d540228eb1ddc59845fd',
];
