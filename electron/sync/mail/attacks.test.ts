/** Envelopes that somebody with an account, or the cloud, made with care to break something. Each is refused and said, and mail goes on. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { equalBytes, toHex } from '../../../shared/crypto/bytes.ts';
import { sealContent, sealContentKey, signBody } from '../../../shared/crypto/envelopes.ts';
import { inboxKeyPair } from '../../../shared/crypto/epoch-keys.ts';
import { systemRandom } from '../../../shared/crypto/random.ts';
import { directConversationGuid, encodeConversationCore } from '../../../shared/model/conversation.ts';
import { encodeMessageBody } from '../../../shared/model/message.ts';
import {
  type Envelope,
  EnvelopeSchema,
  ReceiveResponseSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import { type Body, BodySchema } from '../../../shared/proto/gen/lockstep/envelope/v1/envelope_pb.js';
import {
  ConversationCoreSchema,
  ConversationKind,
} from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { getIdentity } from '../../store/identity.ts';
import { messagePage } from '../../store/message-pages.ts';
import { listOutbox } from '../../store/outbox.ts';
import { setZoneState } from '../../store/zone-state.ts';
import { keysOfDevice } from '../account/devices.ts';
import { answerDeletedHere } from '../commands/deleted-here.ts';
import { deleteConversation, deleteForGood } from '../commands/deletes.ts';
import { annaWroteToBob, closeDevices, type MailDevice, mailDevice } from '../testing/mail-device.ts';
import { tamper } from '../testing/tamper.ts';
import { draftBody, encodeBody, readBody } from './body.ts';
import { edit, markRead, topicOf } from './compose.ts';
import { receiveStep } from './receive-step.ts';
import { sendStep } from './send-step.ts';

let cloud: Cloud;
let anna: MailDevice;
let bob: MailDevice;
/** Anna's conversation with Bob. */
let id: string;

beforeEach(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  ({ anna, bob, id } = await annaWroteToBob(cloud));
});
afterEach(async () => {
  closeDevices();
  await cloud.close();
});

const accountOf = (device: MailDevice) => device.ctx.keys.get()!.accountId;
const unhex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
/** After everything that was sent before. */
const NOW = Date.now() + 60_000;

/** A body as the app makes it, changed, and then signed and sealed as it is. */
async function forge(
  from: MailDevice,
  to: MailDevice,
  topic: { guid: Uint8Array; coreBytes: Uint8Array },
  content: Parameters<typeof draftBody>[5],
  change: (body: Body) => void = () => {},
  bytesOf: (body: Body) => Uint8Array = encodeBody,
  accountId = accountOf(from),
): Promise<Envelope> {
  const identity = getIdentity(from.store)!;
  const { deviceId, handle } = identity;
  const guid = content.case === 'message' ? guidOf(content.value as Uint8Array) : systemRandom(16);
  const speaker = { accountId, deviceId, handle, name: 'x' };
  const draft = draftBody(speaker, { ...topic, name: '' }, guid, NOW, from.ctx.hlc.now(), content);
  const body = readBody(draft);
  const keys = to.ctx.keys.get()!;
  const epoch = keys.current;
  for (const account of [accountOf(to), accountId]) {
    body.addressees.push({ $typeName: 'lockstep.envelope.v1.Addressee', accountId: account, epoch });
  }
  change(body);
  const bytes = bytesOf(body);
  const signature = signBody(bytes, keysOfDevice(identity));
  const { content: sealed, contentKey } = sealContent({ body: bytes, signature, random: systemRandom });
  const wrapped = await sealContentKey({
    content: sealed,
    senderAccountId: accountId,
    recipientAccountId: keys.accountId,
    epoch,
    contentKey,
    inboxKey: inboxKeyPair(keys.epochKey(epoch)!).publicKey,
    random: systemRandom,
  });
  return create(EnvelopeSchema, {
    acceptedMs: BigInt(NOW),
    senderAccountId: accountId,
    sendId: systemRandom(16),
    content: sealed,
    epoch,
    ...wrapped,
  });
}

const guidOf = (message: Uint8Array) => forgedGuids.get(toHex(message))!;
const forgedGuids = new Map<string, Uint8Array>();

function message(sender: MailDevice, conversation: Uint8Array, text: string) {
  const guid = systemRandom(16);
  const value = encodeMessageBody({
    guid,
    conversation,
    sender: accountOf(sender),
    sentMs: NOW,
    service: 'lockstep',
    text,
    replyTo: null,
  });
  forgedGuids.set(toHex(value), guid);
  return { case: 'message' as const, value };
}

/** The mailbox as the cloud shows it: these, and nothing else, once. */
async function deliver(to: MailDevice, ...envelopes: Envelope[]): Promise<void> {
  let left = envelopes;
  tamper(cloud, to, '/Receive', ReceiveResponseSchema, (page) => {
    const from = Number(page.head) + 1000;
    page.envelopes = left.map((one, i) => ({ ...one, position: BigInt(from + i) }));
    page.head = BigInt(from + left.length);
    page.more = false;
    left = [];
  });
  // What it acknowledges the real cloud has never had.
  await receiveStep(to.ctx).catch(() => {});
}

const topic = (device: MailDevice = bob) => topicOf(device.ctx, unhex(id));
const shown = (device: MailDevice, conversation: string) =>
  messagePage(device.store, {
    conversation: unhex(conversation),
    anchor: null,
    direction: 'older',
    limit: 100,
  }).messages;
const hello = (text = 'behind it') => forge(bob, anna, topic(), message(bob, unhex(id), text));

test('OUT-8 a message that is here already is not answered again, however often the cloud brings it', async () => {
  const waiting = () => listOutbox(anna.store).map(({ kind }) => kind);
  const envelope = await hello('once');
  await deliver(anna, envelope);
  expect(waiting()).toEqual(['receipt']);
  await sendStep(anna.ctx);
  expect(waiting()).toEqual([]);
  await deliver(anna, envelope);
  expect(waiting()).toEqual([]);
  await deliver(anna, envelope, await hello('another'));
  expect(waiting()).toEqual(['receipt']);
});

test('OUT-19 an envelope that comes again under another time is said, and all devices keep the same one', async () => {
  const second = mailDevice(cloud);
  await second.signIn('anna@example.org');
  const envelope = await hello('once');
  const early = { ...envelope, acceptedMs: BigInt(NOW + 1) };
  const late = { ...envelope, acceptedMs: BigInt(NOW + 60_000) };
  await deliver(anna, early, late);
  await deliver(second, late, early);
  for (const device of [anna, second]) {
    expect(device.texts(id).filter((text) => text === 'once')).toHaveLength(1);
    expect(device.notices()).toContain('coreConflict');
  }
  const [one, two] = [anna, second].map((device) => shown(device, id).find((item) => item.text === 'once')!);
  expect(one!.acceptedMs).toBe(two!.acceptedMs);
  expect(anna.payload(one!.id)).toBe(second.payload(two!.id));
});

test.each([
  ['the earlier first', false],
  ['the later first', true],
])(
  'DEL-31 a message that was deleted with its conversation stays deleted when it comes again under a later time (%s)',
  async (_, laterFirst) => {
    // Of two times, whichever stays: some of these messages get the later one.
    for (let i = 0; i < 8; i += 1) {
      const envelope = await hello(`once ${i}`);
      const early = { ...envelope, acceptedMs: BigInt(NOW + 1 + i) };
      const late = { ...envelope, acceptedMs: BigInt(NOW + 60_000 + i) };
      const [first, second] = laterFirst ? [late, early] : [early, late];
      await deliver(anna, first!);
      await deleteConversation(anna.deleting, { conversationId: id });
      expect(anna.texts(id)).toEqual([]);
      await deliver(anna, second!);
      expect(anna.texts(id)).toEqual([]);
    }
  },
);

test("DEL-31 also where its content had gone from the device meanwhile; under its old time the conversation's delete alone takes it", async () => {
  const envelopes = await Promise.all(['first', 'second', 'third'].map((text) => hello(text)));
  const accepted = (i: number, ms: number) => ({ ...envelopes[i]!, acceptedMs: BigInt(NOW + ms) });
  await deliver(anna, accepted(0, 1), accepted(1, 2), accepted(2, 3));
  const ids = shown(anna, id)
    .filter(({ acceptedMs }) => acceptedMs > NOW)
    .map((item) => toHex(item.id));
  await deleteConversation(anna.deleting, { conversationId: id });
  setZoneState(anna.store, 'messages', { switch: 'off' });
  await deleteForGood(anna.deleting, { ids });
  answerDeletedHere(anna.ctx, 'bringBack');
  setZoneState(anna.store, 'messages', { switch: 'on' });
  await deliver(anna, accepted(0, 1), accepted(1, 60_000), accepted(2, 60_000));
  expect(anna.texts(id)).toEqual([]);
  const rows = anna.store.all<{ text: string; alone: number }>(
    'SELECT text, deleted_ms IS NOT NULL AS alone FROM message WHERE accepted_ms > ? ORDER BY text',
    NOW,
  );
  expect(rows.map(({ text, alone }) => [text, alone])).toEqual([
    ['first', 0],
    ['second', 1],
    ['third', 1],
  ]);
});

test('OUT-20 a reaction from outside the conversation is refused; one that came before its message does not show', async () => {
  const eve = mailDevice(cloud);
  await eve.signUp('eve@example.org');
  const other = await eve.start('anna@example.org');
  const outside = { guid: unhex(other), coreBytes: topicOf(eve.ctx, unhex(other)).coreBytes };
  const row = anna.store.get<{ guid: Uint8Array }>('SELECT guid FROM message')!;
  const ref = { senderAccountId: accountOf(anna), guid: new Uint8Array(row.guid) };
  const reaction = { case: 'reaction' as const, value: { message: ref, emoji: '💣' } };
  await deliver(anna, await forge(eve, anna, outside, reaction), await hello());
  expect(anna.notices()).toEqual(['envelopeRefused otherConversation']);
  expect(anna.texts(id)).toEqual(['from Anna', 'behind it']);
  const late = message(bob, unhex(id), 'not here yet');
  const early = { senderAccountId: accountOf(bob), guid: guidOf(late.value) };
  await deliver(
    anna,
    await forge(eve, anna, outside, { case: 'reaction', value: { message: early, emoji: '💣' } }),
    await forge(bob, anna, topic(), { case: 'reaction', value: { message: early, emoji: '❤️' } }),
    await forge(bob, anna, topic(), late),
  );
  const item = shown(anna, id).find(({ text }) => text === 'not here yet')!;
  expect(item.reactions.map(({ emoji }) => emoji)).toEqual(['❤️']);
});

test('OUT-18 the largest stamp there is freezes nothing', async () => {
  const first = message(bob, unhex(id), 'first');
  const ref = { senderAccountId: accountOf(bob), guid: guidOf(first.value) };
  const frozen = await forge(
    bob,
    anna,
    topic(),
    { case: 'edit', value: { message: ref, text: 'frozen' } },
    (body) => {
      body.stamp = 0xffff_ffff_ffff_ffffn;
    },
  );
  await deliver(anna, await forge(bob, anna, topic(), first), frozen);
  expect(anna.texts(id)).toEqual(['from Anna', 'frozen']);
  const later = await forge(
    bob,
    anna,
    topic(),
    { case: 'edit', value: { message: ref, text: 'thawed' } },
    (body) => {
      body.stamp = BigInt(NOW + 6 * 60_000) << 16n;
    },
  );
  await deliver(anna, { ...later, acceptedMs: BigInt(NOW + 6 * 60_000) });
  expect(anna.texts(id)).toEqual(['from Anna', 'thawed']);
  // Anna's own clock has not followed.
  expect(Number(anna.ctx.hlc.now() >> 16n)).toBeLessThan(NOW + 5 * 60_000);
  expect(anna.notices()).toEqual([]);
});

test('OUT-21 times that no clock gives are refused, and the mailbox goes on', async () => {
  const own = message(bob, unhex(id), 'sent never');
  const envelopes = [
    await forge(bob, anna, topic(), message(bob, unhex(id), 'a'), (body) => {
      body.sentMs = 0x7fff_ffff_ffff_ffffn;
    }),
    await forge(bob, anna, topic(), message(bob, unhex(id), 'b'), (body) => {
      body.sentMs = -1n;
    }),
    { ...(await forge(bob, anna, topic(), own)), acceptedMs: 0x7fff_ffff_ffff_ffffn },
    { ...(await forge(bob, anna, topic(), own)), acceptedMs: -5n },
    await hello(),
  ];
  await deliver(anna, ...envelopes);
  expect(anna.notices()).toEqual(Array(4).fill('envelopeRefused damaged'));
  expect(anna.texts(id)).toEqual(['from Anna', 'behind it']);
});

test('OUT-13 a group in the place of a one-to-one conversation is refused, and that one is begun as it should', async () => {
  const eve = mailDevice(cloud);
  const carl = mailDevice(cloud);
  await eve.signUp('eve@example.org');
  await carl.signUp('carl@example.org');
  const guid = directConversationGuid(accountOf(anna), accountOf(carl));
  const members = [accountOf(anna), accountOf(eve)].sort(Buffer.compare);
  const coreBytes = toBinary(
    ConversationCoreSchema,
    create(ConversationCoreSchema, { guid, kind: ConversationKind.GROUP, members }),
  );
  const squat = await forge(eve, anna, { guid, coreBytes }, message(eve, guid, 'this is Carl'));
  const direct = encodeConversationCore({
    guid: directConversationGuid(accountOf(anna), accountOf(eve)),
    kind: 'direct',
    members,
  });
  // And a direct one under a group's guid.
  const odd = { ...fromBinary(ConversationCoreSchema, direct), guid: systemRandom(16) };
  const oddTopic = { guid: odd.guid, coreBytes: toBinary(ConversationCoreSchema, odd) };
  await deliver(anna, squat, await forge(eve, anna, oddTopic, message(eve, odd.guid, 'nor this')));
  expect(anna.notices()).toEqual(['envelopeRefused wrongMembers', 'envelopeRefused wrongMembers']);
  const { wire } = anna;
  wire.fetch = carl.wire.fetch;
  const withCarl = await anna.start('carl@example.org');
  expect(withCarl).toBe(toHex(guid));
  expect(anna.texts(withCarl)).toEqual([]);
});

test('OUT-13 a new group that its sender is not in is refused', async () => {
  const guid = systemRandom(16);
  guid[6] = 0x40;
  const members = [accountOf(anna), systemRandom(16)].sort(Buffer.compare);
  const coreBytes = encodeConversationCore({ guid, kind: 'group', members });
  const envelope = await forge(
    bob,
    anna,
    { guid, coreBytes },
    message(bob, guid, 'over your shoulder'),
    (body) => {
      body.addressees = body.addressees.filter((one) => equalBytes(one.accountId, accountOf(anna)));
    },
  );
  await deliver(anna, envelope);
  expect(anna.notices()).toEqual(['envelopeRefused notAMember']);
});

test('OUT-13 somebody addressed twice, or who is no member, is refused', async () => {
  const twice = await forge(bob, anna, topic(), message(bob, unhex(id), 'twice'), (body) => {
    body.addressees.push(body.addressees[0]!);
  });
  const stranger = await forge(bob, anna, topic(), message(bob, unhex(id), 'and others'), (body) => {
    body.addressees.push({ ...body.addressees[0]!, accountId: systemRandom(16) });
  });
  await deliver(anna, twice, stranger, await hello());
  expect(anna.notices()).toEqual(['envelopeRefused wrongMembers', 'envelopeRefused wrongMembers']);
  expect(anna.texts(id)).toEqual(['from Anna', 'behind it']);
});

test('OUT-12 an envelope that was signed for another epoch than the one it is sealed to is refused', async () => {
  const envelope = await forge(bob, anna, topic(), message(bob, unhex(id), 'moved'), (body) => {
    for (const one of body.addressees) if (equalBytes(one.accountId, accountOf(anna))) one.epoch = 2;
  });
  await deliver(anna, envelope);
  expect(anna.notices()).toEqual(['envelopeRefused resealed']);
  expect(anna.texts(id)).toEqual(['from Anna']);
});

test('OUT-10 a signature that is not the sending device’s is refused', async () => {
  const { deviceId } = getIdentity(bob.store)!;
  const eve = mailDevice(cloud);
  await eve.signUp('eve@example.org');
  // Eve says that she is Bob, on his device, and the cloud says so too.
  const asBob = await forge(
    eve,
    anna,
    topic(),
    message(bob, unhex(id), 'as Bob'),
    (body) => {
      body.senderAccountId = accountOf(bob);
      body.senderDeviceId = deviceId;
    },
    encodeBody,
    accountOf(bob),
  );
  await deliver(anna, asBob);
  expect(anna.notices()).toEqual(['envelopeRefused badSignature']);
  expect(anna.texts(id)).toEqual(['from Anna']);
});

test('OUT-12 an envelope whose addressees leave this account out is refused', async () => {
  const without = await forge(bob, anna, topic(), message(bob, unhex(id), 'not for you'), (body) => {
    body.addressees = body.addressees.filter((one) => !equalBytes(one.accountId, accountOf(anna)));
  });
  await deliver(anna, without);
  expect(anna.notices()).toEqual(['envelopeRefused notAddressed']);
  expect(anna.texts(id)).toEqual(['from Anna']);
});

/** A group of Anna, Bob and people whom Bob has made up. */
function crowd(size: number) {
  const others = Array.from({ length: size - 2 }, () => systemRandom(16));
  const members = [accountOf(anna), accountOf(bob), ...others].sort(Buffer.compare);
  const guid = systemRandom(16);
  guid[6] = 0x40;
  const core = create(ConversationCoreSchema, { guid, kind: ConversationKind.GROUP, members });
  return { guid, coreBytes: toBinary(ConversationCoreSchema, core) };
}

/** How many people a device has the cloud look up meanwhile. */
async function lookUpsOf(device: MailDevice, work: () => Promise<unknown>): Promise<number> {
  const { fetch } = device.wire;
  let lookUps = 0;
  device.wire.fetch = (input, init) => {
    if (String(input).endsWith('/LookUp')) lookUps += 1;
    return fetch(input, init);
  };
  await work();
  device.wire.fetch = fetch;
  return lookUps;
}

test('OUT-22 a group of hundreds whom nobody knows holds up no mail; one too large is refused', async () => {
  const tooMany = crowd(257);
  // More than the look-ups that one account has in a row.
  const groups = Array.from({ length: 5 }, () => crowd(256));
  const envelopes = [await forge(bob, anna, tooMany, message(bob, tooMany.guid, 'too many'))];
  for (const group of groups)
    envelopes.push(await forge(bob, anna, group, message(bob, group.guid, 'hello all')));
  await deliver(anna, ...envelopes, await hello());
  expect(anna.notices()).toEqual(['envelopeRefused wrongMembers']);
  expect(anna.texts(id)).toEqual(['from Anna', 'behind it']);
  for (const group of groups) expect(anna.texts(toHex(group.guid))).toEqual(['hello all']);
});

test('OUT-22 groups of hundreds whom nobody knows hold up nothing that is sent: receipts wait for no look-ups', async () => {
  const groups = Array.from({ length: 5 }, () => crowd(256));
  const envelopes = [];
  for (const group of groups)
    envelopes.push(await forge(bob, anna, group, message(bob, group.guid, 'hello all')));
  // More than the look-ups that one account has in a row.
  await deliver(anna, ...envelopes);
  expect(listOutbox(anna.store)).toHaveLength(groups.length);
  anna.write(id, 'dear Bob');
  expect(await lookUpsOf(anna, () => sendStep(anna.ctx))).toBe(0);
  expect(anna.states(id)).toEqual(['sent', 'sent']);
  expect(listOutbox(anna.store)).toEqual([]);
  // Read, they look people up for as long as the cloud lets them, and go to those who are known.
  for (const { guid } of groups)
    anna.store.write(() => markRead(anna.ctx, { conversationId: toHex(guid), upTo: null }));
  expect(listOutbox(anna.store)).toHaveLength(groups.length);
  await sendStep(anna.ctx);
  expect(listOutbox(anna.store)).toEqual([]);
});

test('OUT-22 whom strangers have named does not use up the look-ups that the next sender needs', async () => {
  const carl = mailDevice(cloud);
  await carl.signUp('carl@example.org');
  const withAnna = await carl.start('anna@example.org');
  const topic = topicOf(carl.ctx, unhex(withAnna));
  const envelopes = [];
  for (const group of Array.from({ length: 5 }, () => crowd(256)))
    envelopes.push(await forge(bob, anna, group, message(bob, group.guid, 'hello all')));
  await deliver(anna, ...envelopes, await forge(carl, anna, topic, message(carl, topic.guid, 'from Carl')));
  expect(anna.texts(withAnna)).toEqual(['from Carl']);
});

test('OUT-22 a member whom the cloud did not know is not asked for again at once, and a message to such a group goes', async () => {
  const group = crowd(256);
  await deliver(anna, await forge(bob, anna, group, message(bob, group.guid, 'hello all')));
  const answer = () => {
    anna.write(toHex(group.guid), 'who are you all?');
    return sendStep(anna.ctx);
  };
  expect(await lookUpsOf(anna, answer)).toBe(0);
  expect(anna.states(toHex(group.guid))).toContain('sent');
  anna.clock.ahead += 3_600_000;
  expect(await lookUpsOf(anna, answer)).toBe(254);
});

test('OUT-9 text that is no UTF-8 is refused or shown with marks, and breaks nothing', async () => {
  const odd = (bytes: Uint8Array) => {
    const at = Buffer.from(bytes).indexOf('AAAA');
    const made = bytes.slice();
    made.set([0xff, 0xc0, 0x80, 0xed], at);
    return made;
  };
  const inName = await forge(
    bob,
    anna,
    topic(),
    message(bob, unhex(id), 'odd name'),
    (body) => {
      body.senderName = 'AAAA';
    },
    (body) => odd(toBinary(BodySchema, body)),
  );
  const plain = message(bob, unhex(id), 'AAAA');
  const value = odd(plain.value);
  forgedGuids.set(toHex(value), guidOf(plain.value));
  const inText = await forge(bob, anna, topic(), { case: 'message', value });
  await deliver(anna, inName, inText, await hello());
  const refused = anna.notices().filter((one) => one === 'envelopeRefused damaged').length;
  expect(anna.notices()).toHaveLength(refused);
  expect(anna.texts(id)).toContain('behind it');
  expect(anna.texts(id)).toHaveLength(4 - refused);
});

test('OUT-11 the author changes a message, and after all that still does', async () => {
  bob.write(id, 'mine');
  await bob.exchange();
  await anna.exchange();
  const item = shown(bob, id).find(({ text }) => text === 'mine')!;
  bob.store.write(() => edit(bob.ctx, { id: toHex(item.id), text: 'still mine' }));
  await bob.exchange();
  await anna.exchange();
  expect(anna.texts(id)).toEqual(['from Anna', 'still mine']);
  expect(anna.notices()).toEqual([]);
});
