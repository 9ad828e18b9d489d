/** What a hostile cloud makes up: devices, epochs and messages, as well as anybody can who has no key of the account. */
import { create, toBinary } from '@bufbuild/protobuf';
import { equalBytes, fromHex, toHex } from '../../../shared/crypto/bytes.ts';
import {
  createDeviceKeys,
  logAfter,
  publicDevice,
  signAddDevice,
  verifyDeviceLog,
} from '../../../shared/crypto/device-log.ts';
import { sealContent, sealContentKey, signBody } from '../../../shared/crypto/envelopes.ts';
import { inboxKeyPair } from '../../../shared/crypto/epoch-keys.ts';
import { createEpoch, verifyEpochChain } from '../../../shared/crypto/epochs.ts';
import { sealTombstone } from '../../../shared/crypto/records.ts';
import { createRoot } from '../../../shared/crypto/root.ts';
import type { Signed } from '../../../shared/crypto/signing.ts';
import { decodeConversationCore } from '../../../shared/model/conversation.ts';
import { decodePayload } from '../../../shared/model/payload-codec.ts';
import type { Envelope } from '../../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import { MessageBodySchema } from '../../../shared/proto/gen/lockstep/envelope/v1/envelope_pb.js';
import { getIdentity } from '../../store/identity.ts';
import { getKeyring } from '../../store/keyring.ts';
import type { Store } from '../../store/open.ts';
import { KIND } from '../../store/values.ts';
import { draftBody, encodeBody, readBody } from '../mail/body.ts';
import type { SeededRandom } from './random.ts';

/** Stands in every message that nobody wrote: it must show nowhere. */
export const FORGED_TEXT = 'forged by the cloud';

export type Forgeries = {
  accounts: Uint8Array[];
  purgeId: Uint8Array;
  /** Well-formed, and of another record under another key. */
  proofOfAnother: Uint8Array;
  /** By account (hex): for it, and said to be from the other one. */
  envelopes: Map<string, Omit<Envelope, '$typeName' | 'position' | 'acceptedMs'>>;
  /** By account: the next epoch, signed by a stranger, sealed to everybody. */
  epochs: Map<string, Pick<Awaited<ReturnType<typeof createEpoch>>, 'statement' | 'wraps'>>;
  /** An entry behind this log, signed by a stranger. */
  deviceOf(account: string, log: readonly Signed[]): Signed;
};

/** `devices`: a store of each of two accounts. `conversation`: between them; the forger knows even that, and only cannot sign. */
export async function forge(
  devices: readonly Store[],
  conversation: string,
  dice: SeededRandom,
): Promise<Forgeries> {
  const random = dice.bytes;
  const stranger = createRoot(random);
  const identities = devices.map((store) => getIdentity(store)!);
  const forged: Forgeries = {
    accounts: identities.map(({ accountId }) => accountId),
    purgeId: random(16),
    proofOfAnother: sealTombstone({ zoneKey: random(32), zone: 2, id: random(16), epoch: 1, random }),
    envelopes: new Map(),
    epochs: new Map(),
    deviceOf: (account, log) =>
      signAddDevice({
        log: logAfter(fromHex(account), log),
        device: publicDevice(createDeviceKeys(random)),
        signer: { identity: stranger.identity },
        timeMs: 1,
      }),
  };
  for (const [index, store] of devices.entries()) {
    const { accountId } = identities[index]!;
    const other = identities[1 - index]!;
    const { log, epochs } = getKeyring(store);
    const state = verifyDeviceLog(log, { accountId });
    const chain = verifyEpochChain(epochs, state);
    // It knows every key but the one that would have to sign.
    const key = epochs.at(-1)!.key!;
    const signer = { identity: stranger.identity };
    forged.epochs.set(
      toHex(accountId),
      await createEpoch({ log: state, previous: { chain, key }, signer, timeMs: 1, random }),
    );
    const speaker = { accountId: other.accountId, deviceId: other.deviceId, handle: other.handle, name: '' };
    const topic = topicOf(store, conversation);
    const guid = random(16);
    const said = create(MessageBodySchema, {
      ...{ guid, conversation: topic.guid, senderAccountId: other.accountId, sentMs: 1n, service: 1 },
      parts: [{ part: { case: 'text', value: FORGED_TEXT } }],
    });
    const value = toBinary(MessageBodySchema, said);
    const body = readBody(draftBody(speaker, topic, guid, 1, 1n, { case: 'message', value }));
    const epoch = epochs.length;
    body.addressees = [{ $typeName: 'lockstep.envelope.v1.Addressee', accountId, epoch }];
    const bytes = encodeBody(body);
    const signature = signBody(bytes, createDeviceKeys(random));
    const { content, contentKey } = sealContent({ body: bytes, signature, random });
    const address = { content, senderAccountId: other.accountId, recipientAccountId: accountId, epoch };
    const inboxKey = inboxKeyPair(key).publicKey;
    const sealed = await sealContentKey({ ...address, contentKey, inboxKey, random });
    forged.envelopes.set(toHex(accountId), {
      ...{ senderAccountId: other.accountId, sendId: random(16), content, epoch },
      ...{ suite: sealed.suite, sealedKey: sealed.sealedKey },
    });
  }
  return forged;
}

function topicOf(
  store: Store,
  conversation: string,
): { guid: Uint8Array; coreBytes: Uint8Array; name: string } {
  const guid = fromHex(conversation);
  for (const { payload } of store.all<{ payload: Uint8Array }>(
    'SELECT payload FROM record WHERE zone = 2 AND kind = ? AND payload IS NOT NULL',
    KIND.conversation,
  )) {
    const { core } = decodePayload(new Uint8Array(payload));
    if (core.length > 0 && equalBytes(decodeConversationCore(core).guid, guid))
      return { guid, coreBytes: core, name: '' };
  }
  throw new Error('This device does not know the conversation.');
}
