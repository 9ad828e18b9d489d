/**
 * An account's statements about its keys, as a cloud gives them: device log, epoch chain, wraps. Of what is changed in them, most inputs are
 * signed again with the right keys and chained anew, so that not every one ends at the first signature.
 */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { equalBytes, toHex } from '../../shared/crypto/bytes.ts';
import {
  type DeviceLogState,
  logAfter,
  publicDevice,
  signAddDevice,
  signGenesis,
  signRemoveDevice,
  signRotate,
  verifyDeviceLog,
} from '../../shared/crypto/device-log.ts';
import { createEpoch, openWrap, verifyEpochChain, walkDown } from '../../shared/crypto/epochs.ts';
import { SealError, TrustError } from '../../shared/crypto/errors.ts';
import { hash256 } from '../../shared/crypto/hash.ts';
import { createRoot } from '../../shared/crypto/root.ts';
import { Domain, type Signed, sign } from '../../shared/crypto/signing.ts';
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import { GetKeyringResponseSchema } from '../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import {
  DeviceLogEntrySchema,
  EpochStatementSchema,
  RemoveReason,
} from '../../shared/proto/gen/lockstep/cloud/v1/keys_pb.js';
import { check, type Target } from '../target.ts';
import { ANNA, deviceKeys, fixedRandom, NOW } from './fixed.ts';

/** An account of three devices, one of them removed, whose root was renewed: with three epochs. */
export async function account() {
  const random = fixedRandom(3);
  const root = createRoot(random);
  const newRoot = createRoot(random);
  const [first, second, third] = [deviceKeys(11), deviceKeys(12), deviceKeys(13)];
  const log: Signed[] = [signGenesis({ accountId: ANNA, root, timeMs: NOW })];
  const end = () => logAfter(ANNA, log);
  const add = (device: typeof first, signer: Parameters<typeof signAddDevice>[0]['signer']) =>
    log.push(signAddDevice({ log: end(), device: publicDevice(device), signer, timeMs: NOW }));
  const epochs: Signed[] = [];
  const wraps: Awaited<ReturnType<typeof createEpoch>>['wraps'] = [];
  let previous: Parameters<typeof createEpoch>[0]['previous'];
  let state: DeviceLogState = verifyDeviceLog(log, { accountId: ANNA });
  const advance = async () => {
    state = verifyDeviceLog(log, { accountId: ANNA });
    const made = await createEpoch({ log: state, previous, signer: { device: first }, timeMs: NOW, random });
    epochs.push(made.statement);
    wraps.push(...made.wraps);
    previous = { chain: verifyEpochChain(epochs, state), key: made.key };
  };
  add(first, { identity: root.identity });
  await advance();
  add(second, { device: first });
  add(third, { device: second });
  log.push(
    signRemoveDevice({
      log: end(),
      deviceId: second.deviceId,
      reason: RemoveReason.STOLEN,
      signer: { device: first },
      timeMs: NOW,
    }),
  );
  await advance();
  log.push(signRotate({ log: end(), newRoot, oldIdentity: root.identity, timeMs: NOW }));
  await advance();
  return { root, newRoot, devices: [first, second, third], log, epochs, wraps, key: previous!.key };
}

const trust = (error: unknown): string | null => {
  if (error instanceof TrustError) return error.code;
  return error instanceof SealError ? `wrap ${error.code}` : null;
};

export const keyrings: Target[] = [
  {
    name: 'keyring',
    reads: 'The answer of GetKeyring and LookUp: device log, epoch chain, wraps, the keys of all epochs',
    shape: 'proto',
    inTest: 350,
    async open() {
      await sodiumReady();
      const { root, newRoot, devices, log, epochs, wraps, key } = await account();
      const own = devices[0]!;
      const answer = (entries: number, chain: number): Uint8Array =>
        toBinary(
          GetKeyringResponseSchema,
          create(GetKeyringResponseSchema, {
            keyring: {
              accountId: ANNA,
              handle: 'anna@example.org',
              log: log.slice(0, entries),
              epochs: epochs.slice(0, chain),
            },
            wraps: wraps.filter(({ epoch }) => epoch === chain),
          }),
        );
      const secretOf = (signer: Uint8Array, index: number): Uint8Array => {
        const device = devices.find(({ deviceId }) => equalBytes(deviceId, signer));
        if (device !== undefined) return device.signKey.secretKey;
        return (index < 6 ? root : newRoot).identity.secretKey;
      };
      // Signing takes longest, and what was not changed has its signature.
      const signatures = new Map([...log, ...epochs].map(({ body, signature }) => [toHex(body), signature]));
      const signed = (domain: Domain, body: Uint8Array, secret: Uint8Array): Signed => ({
        body,
        signature: signatures.get(toHex(body)) ?? sign(domain, body, secret),
      });
      const resignLog = (given: readonly Signed[]): Signed[] => {
        let prev: Uint8Array = new Uint8Array(0);
        return given.map((one, index) => {
          try {
            const entry = fromBinary(DeviceLogEntrySchema, one.body);
            // One that is whole is left as it is: a proof in it holds for this place alone.
            const body =
              entry.index === index && equalBytes(entry.prevHash, prev)
                ? one.body
                : toBinary(DeviceLogEntrySchema, { ...entry, index, prevHash: prev });
            prev = hash256(body);
            return signed(Domain.deviceLog, body, secretOf(entry.signer, index));
          } catch {
            return one;
          }
        });
      };
      const resignEpochs = (given: readonly Signed[]): Signed[] => {
        let prev: Uint8Array = new Uint8Array(0);
        return given.map((one, index) => {
          try {
            const statement = fromBinary(EpochStatementSchema, one.body);
            const body = toBinary(EpochStatementSchema, { ...statement, epoch: index + 1, prevHash: prev });
            prev = hash256(body);
            return signed(Domain.epoch, body, secretOf(statement.signer, statement.logLength - 1));
          } catch {
            return one;
          }
        });
      };
      const head = verifyDeviceLog(log.slice(0, 3), { accountId: ANNA });
      const known = new Set(devices.flatMap((device) => Object.values(publicDevice(device)).map(toHex)));
      return {
        honest: [answer(2, 1), answer(5, 2), answer(6, 3)],
        async run(input) {
          const turn = input.length + (input.at(-1) ?? 0);
          let parsed: ReturnType<typeof fromBinary<typeof GetKeyringResponseSchema>>;
          try {
            parsed = fromBinary(GetKeyringResponseSchema, input);
          } catch {
            return 'no answer';
          }
          const keyring = parsed.keyring;
          if (keyring === undefined) return 'no keyring';
          // The whole of 600 entries says nothing that the first twelve do not.
          const again = turn % 5 !== 0;
          const entries = again ? resignLog(keyring.log.slice(0, 12)) : keyring.log;
          const pinned = turn % 3 === 0 ? { length: head.length, headHash: head.headHash } : undefined;
          const state = verifyDeviceLog(entries, { accountId: ANNA, pinned });
          check(state.activeAt().length <= state.devices.size, 'more active devices than devices');
          if (!again)
            for (const device of state.devices.values())
              check(known.has(toHex(device.signKey)), 'a device that nobody added');
          const statements = again ? resignEpochs(keyring.epochs.slice(0, 12)) : keyring.epochs;
          const chain = verifyEpochChain(statements, state);
          const wrap = parsed.wraps.find(
            (one) => one.epoch === chain.current.epoch && equalBytes(one.recipient, own.deviceId),
          );
          if (wrap === undefined) return 'verified, no wrap';
          const keys = walkDown(chain, await openWrap(wrap, own.sealKey.secretKey, chain));
          check(keys.size === chain.epochs.length, 'not a key for each epoch');
          if (chain.epochs.length === 3)
            check(equalBytes(keys.get(3)!, key), 'another key than the account’s');
          return `${chain.epochs.length} epochs`;
        },
        foreseen: trust,
      };
    },
  },
];
