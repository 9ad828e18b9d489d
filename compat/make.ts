/**
 * `npm run golden`: writes what this version puts on the wire and on disks into `compat/golden/v<wire version>.json.gz`, for every
 * later version to read (golden.test.ts). `npm test` fails when the newest version of the wire has none.
 *
 * It imports little, and what it imports has been there since the first version: so the code of an older one could write its own, with this file
 * copied beside it. What a version does not have yet is left out there. OPAQUE brings randomness of its own, so a second run gives other bytes; what opens them
 * is in the file.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create, toBinary } from '@bufbuild/protobuf';
import Sqlite from 'better-sqlite3';
import { createCloud } from '../cloud/app.ts';
import { addDevice, removal, signUp } from '../cloud/testing/person.ts';
import { setIdentity } from '../electron/store/identity.ts';
import { openStore } from '../electron/store/open.ts';
import { putMerged } from '../electron/store/records.ts';
import { sealContent, sealContentKey, signBody } from '../shared/crypto/envelopes.ts';
import { idKey, inboxKeyPair, zoneKey } from '../shared/crypto/epoch-keys.ts';
import { systemRandom } from '../shared/crypto/random.ts';
import { recordId, sealRecord, sealTombstone } from '../shared/crypto/records.ts';
import { recoveryWrapKey } from '../shared/crypto/recovery.ts';
import { wrapRoot } from '../shared/crypto/root.ts';
import {
  directConversationGuid,
  encodeConversationCore,
  newConversation,
  readConversation,
} from '../shared/model/conversation.ts';
import { newDevice, readDevice } from '../shared/model/device.ts';
import { encodeMessageBody, newMessage, readMessage } from '../shared/model/message.ts';
import { setRegister } from '../shared/model/payload.ts';
import { encodePayload } from '../shared/model/payload-codec.ts';
import { newReading, readReading } from '../shared/model/reading.ts';
import { newSettings, readSettings } from '../shared/model/settings.ts';
import * as values from '../shared/model/values.ts';
import { raiseWatermark } from '../shared/model/watermarks.ts';
import { BodySchema } from '../shared/proto/gen/lockstep/envelope/v1/envelope_pb.js';
import { WIRE_VERSION } from '../shared/proto/version.ts';
import { plain } from './plain.ts';

const NONE = new Uint8Array(0);
const NOW = 1_790_000_000_000;
const STAMP = BigInt(NOW) << 16n;
const guid = (n: number) => new Uint8Array(16).fill(n);

type Payload = ReturnType<typeof newReading>;
type Written = {
  kind: string;
  zone: number;
  name: Uint8Array[];
  payload: Payload;
  read: (payload: Payload) => unknown;
};

/** One record of each kind, with everything that this version can put into it. */
function recordsOf(anna: Uint8Array, bob: Uint8Array, device: Uint8Array): Written[] {
  const conversation = directConversationGuid(anna, bob);
  const attachment = {
    blobId: new Uint8Array(32).fill(1),
    key: new Uint8Array(32).fill(2),
    suite: 1,
    size: 1_000,
    name: 'Holiday.jpg',
    mediaType: 'image/jpeg',
    width: 640,
    height: 480,
    durationMs: 0,
    thumbnail: Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1]),
  };
  const body = (n: number, text: string) =>
    encodeMessageBody({
      guid: guid(n),
      conversation,
      sender: bob,
      sentMs: NOW,
      service: 'lockstep',
      text,
      replyTo: { sender: anna, guid: guid(9) },
      ...(WIRE_VERSION >= 5 ? { attachments: [attachment] } : {}),
    });
  const set = (payload: Payload, field: number, key: Uint8Array, value: Uint8Array): Payload =>
    setRegister(payload, field, key, STAMP, device, value);
  // Numbers of fields as in record.proto: they never change.
  let message = newMessage(body(1, 'Good morning, Anna!'), NOW);
  message = set(message, 1, NONE, values.editValue('Good evening, Anna!', NOW + 1));
  message = set(message, 3, anna, values.reactionValue('👍'));
  if (WIRE_VERSION >= 9) {
    message = setRegister(message, 5, bob, 1n, NONE, Uint8Array.from([8, 2]));
    message = setRegister(message, 5, guid(0xc1), 2n, NONE, NONE);
  }
  let gone = newMessage(body(2, 'Never mind'), NOW + 1);
  gone = set(gone, 2, NONE, values.unsentValue(NOW + 2));
  gone = set(gone, 4, NONE, values.deletedValue(NOW + 3, device));
  let talk = newConversation({ guid: conversation, kind: 'direct', members: [anna, bob] });
  talk = set(talk, 3, NONE, values.flagValue(true));
  talk = set(talk, 4, NONE, values.timeValue(NOW));
  talk = set(talk, 5, NONE, values.clearedValue({ acceptedMs: 5, guid: guid(5) }, NOW, device, true));
  talk = set(talk, 6, bob, values.memberValue('bob@example.org', 'Bob', new Uint8Array(32).fill(3)));
  const members = [anna, bob, guid(0xc1)].sort(Buffer.compare);
  const group = set(
    newConversation({ guid: guid(0x41), kind: 'group', members }),
    1,
    NONE,
    values.textValue('Walking'),
  );
  const mark = { acceptedMs: NOW, guid: guid(1) };
  let reading = raiseWatermark(newReading(conversation), 1, NONE, mark);
  reading = raiseWatermark(reading, 5, bob, mark);
  reading = set(reading, 3, NONE, values.textValue('I was thinking'));
  let own = newDevice(device);
  own = set(own, 1, NONE, values.textValue('MacBook'));
  own = set(own, 2, NONE, values.switchValue(true));
  own = set(own, 3, NONE, values.timeValue(NOW));
  own = set(own, 4, NONE, values.appValue('0.1.0', 'mac'));
  own = set(
    own,
    5,
    NONE,
    values.seenValue([{ generation: 1, incarnation: 2, seq: 3, digest: new Uint8Array(32) }]),
  );
  let settings = newSettings();
  settings = set(settings, 1, NONE, values.keepMessagesValue(30, NOW, 365));
  settings = set(settings, 2, NONE, values.flagValue(false));
  settings = set(settings, 3, bob, values.flagValue(true));
  settings = set(settings, 4, NONE, values.textValue('Anna'));
  if (WIRE_VERSION >= 4) settings = set(settings, 5, NONE, values.requestValue(guid(3), device, NOW));
  return [
    { kind: 'message', zone: 2, name: [bob, guid(1)], payload: message, read: readMessage },
    { kind: 'deleted message', zone: 2, name: [bob, guid(2)], payload: gone, read: readMessage },
    { kind: 'conversation', zone: 2, name: [conversation], payload: talk, read: readConversation },
    { kind: 'group', zone: 2, name: [guid(0x41)], payload: group, read: readConversation },
    { kind: 'reading', zone: 2, name: [conversation], payload: reading, read: readReading },
    { kind: 'device', zone: 1, name: [device], payload: own, read: readDevice },
    {
      kind: 'settings',
      zone: 1,
      name: [new Uint8Array(Buffer.from('settings'))],
      payload: settings,
      read: readSettings,
    },
  ];
}

const folder = mkdtempSync(join(tmpdir(), 'lockstep-golden-'));
const dataDir = join(folder, 'cloud');
const cloud = await createCloud({ dataDir, registration: 'open' });

/** Every call's last request and answer, as bytes. */
const calls = new Map<string, { request: Uint8Array; answer: Uint8Array; token: string }>();
const recorded = {
  ...cloud,
  fetch: async (request: Request, peer?: { address?: string | undefined }) => {
    const { pathname } = new URL(request.url);
    const body = new Uint8Array(await request.clone().arrayBuffer());
    const response = await cloud.fetch(request, peer ?? {});
    const answer = new Uint8Array(await response.clone().arrayBuffer());
    const token = (request.headers.get('authorization') ?? '').replace('Bearer ', '');
    if (response.status === 200) calls.set(pathname, { request: body, answer, token });
    return response;
  },
} as typeof cloud;

let anna = await signUp(recorded, 'anna@example.org');
const bob = await signUp(recorded, 'bob@example.org');
const lost = await addDevice(recorded, anna.person);
const { request: removing, epochKey } = await removal(anna, lost.keys.deviceId);
await anna.account.updateKeyring(removing);
const firstEpochKey = anna.person.epochKey;
anna = { ...anna, person: { ...anna.person, epochKey } };

// ---- records: sealed, put, and pulled again
const written = recordsOf(anna.person.accountId, bob.person.accountId, anna.keys.deviceId);
const records = written.map(({ kind, zone, name, payload, read }, index) => {
  const id = recordId(idKey(firstEpochKey, zone, 1), payload.kind, ...name);
  const bytes = encodePayload(payload);
  const place = { zoneKey: zoneKey(epochKey, zone), zone, generation: 1, id, rev: 1, epoch: 2 };
  const ct = sealRecord({ ...place, plaintext: bytes, random: systemRandom });
  return {
    kind,
    zone,
    name,
    id,
    rev: 1,
    epoch: 2,
    generation: 1,
    hint: 20_000 + index,
    ct,
    bytes,
    expected: read(payload),
  };
});
for (const zone of [1, 2]) {
  const operations = records
    .filter((record) => record.zone === zone)
    .map(({ id, ct, epoch, hint }) => ({ op: { case: 'put' as const, value: { id, ct, epoch, hint } } }));
  await anna.zone.push({ zone, generation: 1, operations });
}
const tomb = { zoneKey: zoneKey(epochKey, 2), zone: 2, id: guid(0x77), epoch: 2 };
const proof = sealTombstone({ ...tomb, random: systemRandom });
const ct = sealRecord({ ...tomb, generation: 1, rev: 1, plaintext: new Uint8Array(9), random: systemRandom });
await anna.zone.push({
  zone: 2,
  generation: 1,
  operations: [{ op: { case: 'put', value: { id: tomb.id, ct, epoch: 2 } } }],
});
await anna.zone.push({
  zone: 2,
  generation: 1,
  operations: [{ op: { case: 'delete', value: { id: tomb.id, epoch: 2, proof } } }],
});
const empty = await bob.zone.openZone({ zone: 2 });
const opened = await anna.zone.openZone({ zone: 2 });
await anna.zone.backfill({ zone: 2, cursor: opened.backfillCursor });
await anna.zone.push({
  zone: 2,
  generation: 1,
  operations: [{ op: { case: 'put', value: { id: guid(0x78), ct, epoch: 2, hint: 3 } } }],
});
await anna.zone.changes({ zone: 2, token: opened.token });
await anna.zone.inventory({ zone: 2 });
await anna.zone.fetch({ zone: 2, ids: records.filter(({ zone }) => zone === 2).map(({ id }) => id) });
if (WIRE_VERSION >= 3) {
  await bob.zone.markForPurge({ zone: 2, generation: 1, purgeId: guid(4) });
  await bob.zone.undoPurge({ zone: 2, generation: 1, purgeId: guid(4) });
}

// ---- mail: one envelope for each thing that can be said
const conversation = directConversationGuid(anna.person.accountId, bob.person.accountId);
const core = encodeConversationCore({
  guid: conversation,
  kind: 'direct',
  members: [anna.person.accountId, bob.person.accountId],
});
const ref = { senderAccountId: bob.person.accountId, guid: guid(1) };
const said = [
  {
    case: 'message' as const,
    value: encodeMessageBody({
      guid: guid(1),
      conversation,
      sender: bob.person.accountId,
      sentMs: NOW,
      service: 'lockstep',
      text: 'By mail',
      replyTo: null,
    }),
  },
  { case: 'edit' as const, value: { message: ref, text: 'Edited' } },
  { case: 'unsend' as const, value: { message: ref } },
  { case: 'reaction' as const, value: { message: ref, emoji: '❤️' } },
  { case: 'receipt' as const, value: { kind: 2, upToAcceptedMs: BigInt(NOW), upToGuid: guid(1) } },
];
const inbox = inboxKeyPair(epochKey);
const envelopes = [];
for (const [index, content] of said.entries()) {
  const body = toBinary(
    BodySchema,
    create(BodySchema, {
      senderAccountId: bob.person.accountId,
      senderDeviceId: bob.keys.deviceId,
      addressees: [{ accountId: anna.person.accountId, epoch: 2 }],
      conversation,
      guid: index === 0 ? guid(1) : guid(0x50 + index),
      sentMs: BigInt(NOW),
      stamp: STAMP,
      senderHandle: 'bob@example.org',
      senderName: 'Bob',
      conversationCore: core,
      content,
    }),
  );
  const sealed = sealContent({ body, signature: signBody(body, bob.keys), random: systemRandom });
  const address = {
    content: sealed.content,
    senderAccountId: bob.person.accountId,
    recipientAccountId: anna.person.accountId,
    epoch: 2,
  };
  const key = await sealContentKey({
    ...address,
    contentKey: sealed.contentKey,
    inboxKey: inbox.publicKey,
    random: systemRandom,
  });
  const recipients = [{ accountId: anna.person.accountId, epoch: 2, ...key }];
  await bob.mailbox.send({ sendId: guid(0x60 + index), content: sealed.content, recipients });
  envelopes.push({
    said: content.case,
    content: sealed.content,
    sealedKey: key.sealedKey,
    suite: key.suite,
    body,
  });
}
await anna.mailbox.receive({ after: 0n, limit: 10 });
await anna.mailbox.acknowledge({ position: 1n });
await anna.mailbox.receive({ after: 0n, limit: 10 });

// ---- keys
await bob.account.lookUp({ by: { case: 'accountId', value: anna.person.accountId } });
await anna.account.getKeyring({});
await anna.account.listSessions({});
await anna.account.getCloudInfo({});
const recoveryWrap = wrapRoot(anna.person.root, recoveryWrapKey(anna.person.recovery.entropy), systemRandom);

// ---- files in messages
let blobs: unknown = null;
if (WIRE_VERSION >= 5) {
  const { createBlobCipher, blobIdOf, chunkHash } = await import('../shared/crypto/blobs.ts');
  const key = new Uint8Array(32).fill(9);
  const file = Uint8Array.from({ length: 300 }, (_, i) => (i * 7) & 255);
  const sealed = createBlobCipher({ key, size: file.length }).seal(0, file);
  const id = blobIdOf(sealed.length, [chunkHash(sealed)]);
  // The wire had them before the cloud did.
  if ('blob' in anna) {
    await anna.blob.putBlob({ blobId: id, size: BigInt(sealed.length), offset: 0n, bytes: sealed });
    await anna.blob.statBlobs({ blobIds: [id] });
    await anna.blob.getBlob({ blobId: id, offset: 0n, length: 1_000 });
  }
  blobs = { key, file, sealed, id };
}
// As it stands when the cloud ends.
await anna.zone.openZone({ zone: 2 });
await cloud.close();

// ---- the two databases
/** One file with everything in it, as small as it gets. */
function packed(path: string, key: Uint8Array | null): Uint8Array {
  const db = new Sqlite(path);
  if (key !== null) {
    db.pragma("cipher = 'aegis'");
    db.pragma(`key = 'raw:${Buffer.from(key).toString('hex')}'`);
    db.pragma('journal_mode = DELETE');
    db.pragma("rekey = ''");
  }
  db.pragma('journal_mode = DELETE');
  db.exec('VACUUM');
  db.close();
  return new Uint8Array(readFileSync(path));
}
const storePath = join(folder, 'messages.db');
const storeKey = new Uint8Array(32).fill(7);
const store = openStore({ path: storePath, key: storeKey });
setIdentity(store, {
  accountId: anna.person.accountId,
  handle: 'anna@example.org',
  cloudUrl: 'http://cloud.example',
  deviceId: anna.keys.deviceId,
  signKey: anna.keys.signKey,
  sealKey: anna.keys.sealKey,
  sessionToken: anna.token,
  state: 'active',
  createdMs: NOW,
});
store.write(() => {
  for (const [index, { zone }] of written.entries()) {
    const { id } = records[index]!;
    putMerged(store, zone === 1 ? 'account' : 'messages', id, written[index]!.payload, {
      dirty: index % 2 === 0,
    });
  }
});
store.close();

const golden = {
  wire: WIRE_VERSION,
  /** The .proto files of this version, described. */
  image: new Uint8Array(readFileSync(join(import.meta.dirname, '..', 'shared', 'proto', 'wire.binpb'))),
  account: {
    accountId: anna.person.accountId,
    deviceId: anna.keys.deviceId,
    signSeed: anna.keys.signKey.secretKey,
    sealSecret: anna.keys.sealKey.secretKey,
    token: anna.token,
    epochKeys: [firstEpochKey, epochKey],
    identitySeed: anna.person.root.identitySeed,
    rootSeed: anna.person.root.rootSeed,
    recoveryWords: anna.person.recovery.words,
    recoveryWrap,
  },
  bob: {
    accountId: bob.person.accountId,
    deviceId: bob.keys.deviceId,
    signKey: bob.keys.signKey.publicKey,
    token: bob.token,
    emptyZone: empty.state?.head,
  },
  records,
  tombstone: { id: tomb.id, epoch: 2, proof },
  envelopes,
  blobs,
  calls: Object.fromEntries(calls),
  cloudDatabase: packed(join(dataDir, 'cloud.db'), null),
  cloudSecret: readFileSync(join(dataDir, 'cloud.secret.json'), 'utf8'),
  deviceDatabase: packed(storePath, storeKey),
};
rmSync(folder, { recursive: true, force: true });
const out = join(import.meta.dirname, 'golden', `v${WIRE_VERSION}.json.gz`);
writeFileSync(out, gzipSync(JSON.stringify(plain(golden)), { level: 9 }));
process.stdout.write(`${out}: ${readFileSync(out).length} bytes\n`);
