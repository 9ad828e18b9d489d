/**
 * What every version of the wire wrote, read by today's code: records, envelopes, keyrings, files and both databases; and the calls of an older
 * device, made at today's cloud over the database that the older cloud left.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createFileRegistry,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type Message,
  toBinary,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { HISTORY, readHistory } from '../build/wire.ts';
import { createCloud } from '../cloud/app.ts';
import { ORIGIN } from '../cloud/testing/clients.ts';
import { listConversations } from '../electron/store/conversations.ts';
import { listDevices } from '../electron/store/devices.ts';
import { getIdentity } from '../electron/store/identity.ts';
import { NEWEST, schemaVersion } from '../electron/store/migrate.ts';
import { openStore } from '../electron/store/open.ts';
import { getPayload } from '../electron/store/records.ts';
import { getAccountSettings } from '../electron/store/settings.ts';
import { authorize } from '../electron/sync/mail/authority.ts';
import { readBody } from '../electron/sync/mail/body.ts';
import { blobIdOf, chunkHash, createBlobCipher } from '../shared/crypto/blobs.ts';
import { toHex } from '../shared/crypto/bytes.ts';
import { verifyDeviceLog } from '../shared/crypto/device-log.ts';
import { openContent, openContentKey, verifyBody } from '../shared/crypto/envelopes.ts';
import { idKey, inboxKeyPair, zoneKey } from '../shared/crypto/epoch-keys.ts';
import { openWrap, verifyEpochChain, walkDown } from '../shared/crypto/epochs.ts';
import { openRecord, openTombstone, recordId } from '../shared/crypto/records.ts';
import { parseRecoveryWords, recoveryWrapKey } from '../shared/crypto/recovery.ts';
import { unwrapRoot } from '../shared/crypto/root.ts';
import { sodiumReady } from '../shared/crypto/sodium.ts';
import { readConversation } from '../shared/model/conversation.ts';
import { readDevice } from '../shared/model/device.ts';
import { mergePayloads } from '../shared/model/merge.ts';
import { readMessage } from '../shared/model/message.ts';
import type { Payload } from '../shared/model/payload.ts';
import { decodePayload, encodePayload } from '../shared/model/payload-codec.ts';
import { readReading } from '../shared/model/reading.ts';
import { readSettings } from '../shared/model/settings.ts';
import {
  AccountService,
  GetKeyringResponseSchema,
} from '../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import { BlobService } from '../shared/proto/gen/lockstep/cloud/v1/blobs_pb.js';
import { MailboxService } from '../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import { ZoneService } from '../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { WIRE_VERSION } from '../shared/proto/version.ts';
import { plain } from './plain.ts';
import { goldens } from './read.ts';

const all = goldens();
/**
 * Before this version, and before any release, the guid of two people's conversation did not carry its mark ([Note: guids of two kinds] in
 * shared/model/conversation.ts): what those say of one is refused, as somebody else's would be.
 */
const MARKED = 3;
const each = all.map((golden) => [`version ${golden.wire}`, golden] as const);
const folders: string[] = [];
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-compat-'));
  folders.push(folder);
  return folder;
};

beforeAll(sodiumReady);
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const readers: Record<number, (payload: Payload) => unknown> = {
  1: readMessage,
  2: readConversation,
  3: readReading,
  4: readDevice,
  5: readSettings,
};
const methods = [AccountService, ZoneService, MailboxService, BlobService].flatMap((service) =>
  service.methods.map((method): [string, DescMethod] => [`/${service.typeName}/${method.name}`, method]),
);

test('GLD-1 every version of the wire has goldens, the newest too', () => {
  const lines = readHistory(readFileSync(join(import.meta.dirname, '..', HISTORY), 'utf8'));
  expect(all.map(({ wire }) => wire)).toEqual(lines.map(({ version }) => version));
  expect(all.at(-1)?.wire).toBe(WIRE_VERSION);
});

describe.each(each)('%s', (_, golden) => {
  const { account, bob } = golden;
  const keyOf = (zone: number) => zoneKey(account.epochKeys[1]!, zone);

  test('GLD-2 its records open, read as they did, merge and are written as the same bytes', () => {
    expect(golden.records.length).toBe(7);
    for (const record of golden.records) {
      const { zone, id, rev, epoch, generation, ct, bytes, name } = record;
      const plaintext = openRecord({ zoneKey: keyOf(zone), zone, id, rev, epoch, generation, ct });
      expect(toHex(plaintext)).toBe(toHex(bytes));
      const payload = decodePayload(plaintext);
      expect(toHex(encodePayload(payload))).toBe(toHex(bytes));
      expect(toHex(encodePayload(mergePayloads(payload, payload)))).toBe(toHex(bytes));
      expect(toHex(recordId(idKey(account.epochKeys[0]!, zone, generation), payload.kind, ...name))).toBe(
        toHex(id),
      );
      if (golden.wire < MARKED && record.kind === 'conversation') {
        expect(() => readers[payload.kind]?.(payload)).toThrow('guid is not that of its two members');
        continue;
      }
      expect(plain(readers[payload.kind]?.(payload))).toMatchObject(plain(record.expected) as object);
    }
    const { id, epoch, proof } = golden.tombstone;
    openTombstone({ zoneKey: keyOf(2), zone: 2, id, epoch, proof });
  });

  test('GLD-3 its envelopes open, their signatures hold, and they say what they said', async () => {
    const inboxSecret = inboxKeyPair(account.epochKeys[1]!).secretKey;
    for (const { said, content, sealedKey, suite, body } of golden.envelopes) {
      const address = {
        content,
        senderAccountId: bob.accountId,
        recipientAccountId: account.accountId,
        epoch: 2,
      };
      const key = await openContentKey({ ...address, suite, sealedKey, inboxSecret });
      const opened = openContent(content, key);
      expect(toHex(opened.body)).toBe(toHex(body));
      expect(verifyBody(opened.body, opened.signature, bob.signKey)).toBe(true);
      const allowed = () => authorize(readBody(opened.body), account.accountId, null).said.kind;
      if (golden.wire < MARKED) expect(allowed).toThrow('guid is not that of its two members');
      else expect(allowed()).toBe(said);
    }
    expect(golden.envelopes.length).toBe(5);
  });

  test('GLD-4 its keyring verifies, its keys follow from one another, its root and its files open', async () => {
    const call = golden.calls['/lockstep.cloud.v1.AccountService/GetKeyring'];
    const { keyring, wraps } = fromBinary(GetKeyringResponseSchema, call?.answer ?? new Uint8Array(0));
    const { accountId } = account;
    const log = verifyDeviceLog(keyring?.log ?? [], { accountId });
    const chain = verifyEpochChain(keyring?.epochs ?? [], log);
    expect([log.activeAt().length, log.devices.size, chain.epochs.length]).toEqual([1, 2, 2]);
    const wrap = wraps.find(
      ({ epoch, recipient }) => epoch === 2 && toHex(recipient) === toHex(account.deviceId),
    );
    const newest = await openWrap(wrap!, account.sealSecret, chain);
    const keys = walkDown(chain, newest);
    expect([keys.get(1), keys.get(2)].map((key) => toHex(key!))).toEqual(account.epochKeys.map(toHex));
    const words = parseRecoveryWords(account.recoveryWords);
    const root = unwrapRoot(account.recoveryWrap, recoveryWrapKey(words));
    expect(toHex(root.identitySeed)).toBe(toHex(account.identitySeed));
    if (golden.blobs !== null) {
      const { key, file, sealed, id } = golden.blobs;
      expect(toHex(createBlobCipher({ key, size: file.length }).open(0, sealed))).toBe(toHex(file));
      expect(toHex(blobIdOf(sealed.length, [chunkHash(sealed)]))).toBe(toHex(id));
    }
  });

  test('GLD-5 each of its requests and answers decodes today, and nothing in them is unknown', () => {
    const known = new Map(methods);
    for (const [path, { request, answer }] of Object.entries(golden.calls)) {
      const method = known.get(path);
      expect([path, method !== undefined]).toEqual([path, true]);
      for (const [schema, bytes] of [
        [method!.input, request],
        [method!.output, answer],
      ] as const) {
        const message = fromBinary(schema, bytes);
        expect(unknownIn(message)).toEqual([]);
        expect(toBinary(schema, message).length).toBe(bytes.length);
      }
    }
    expect(Object.keys(golden.calls).length).toBeGreaterThan(15);
  });

  test('GLD-6 the database of its device is brought up to date with all that was in it', () => {
    const path = join(newFolder(), 'messages.db');
    const key = new Uint8Array(32).fill(7);
    writeFileSync(path, golden.deviceDatabase);
    const file = new Sqlite(path);
    file.pragma("cipher = 'aegis'");
    file.pragma(`rekey = 'raw:${Buffer.from(key).toString('hex')}'`);
    file.close();
    const store = openStore({ path, key });
    expect(schemaVersion(store.db)).toBe(NEWEST);
    expect(toHex(getIdentity(store)?.deviceId ?? new Uint8Array(0))).toBe(toHex(account.deviceId));
    for (const { zone, id, bytes } of golden.records) {
      const payload = getPayload(store, zone === 1 ? 'account' : 'messages', id);
      expect(toHex(encodePayload(payload!))).toBe(toHex(bytes));
    }
    expect(listConversations(store).map(({ name }) => name)).toContain('Walking');
    expect(listDevices(store).map(({ name }) => name)).toEqual(['MacBook']);
    expect(getAccountSettings(store).profileName).toBe('Anna');
    expect(store.get<{ n: number }>('SELECT count(*) AS n FROM dirty')).toEqual({ n: 4 });
    store.close();
  });

  test('GLD-7 today’s cloud goes on with its cloud’s database and answers each of its calls in a way that it reads', async () => {
    const dataDir = newFolder();
    writeFileSync(join(dataDir, 'cloud.db'), golden.cloudDatabase, { mode: 0o600 });
    writeFileSync(join(dataDir, 'cloud.secret.json'), golden.cloudSecret, { mode: 0o600 });
    // A day later a file that no message names is gone, and some time later a session is over.
    const madeMs = accountMadeMs(join(dataDir, 'cloud.db'));
    const clock = { now: () => madeMs + 60_000 };
    const cloud = await createCloud({ dataDir, registration: 'open', clock });
    try {
      const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, golden.image));
      let asked = 0;
      for (const [path, { request, answer, token }] of Object.entries(golden.calls)) {
        const [, service = '', name = ''] = path.split('/');
        if (ONCE.has(name)) continue;
        asked += 1;
        const output = registry.getService(service)?.methods.find((method) => method.name === name)
          ?.output as DescMessage;
        const response = await cloud.fetch(
          new Request(ORIGIN + path, {
            method: 'POST',
            headers: { 'content-type': 'application/proto', authorization: `Bearer ${token}` },
            body: request as Uint8Array<ArrayBuffer>,
          }),
        );
        expect([path, response.status]).toEqual([path, 200]);
        const now = fromBinary(output, new Uint8Array(await response.arrayBuffer()));
        const then = fromBinary(output, answer);
        expect([path, still(now)]).toEqual([path, still(then)]);
      }
      expect(asked).toBeGreaterThan(9);
    } finally {
      cloud.close();
    }
  });
});

/** What begins or ends something: asked a second time, the answer is another one. */
const ONCE = new Set([
  'SignUpStart',
  'SignUpFinish',
  'SignInStart',
  'SignInFinish',
  'JoinDevice',
  'UpdateKeyring',
  'Push',
  'Send',
  'MarkForPurge',
  'PutBlob',
  'StatBlobs',
]);

/** When its account was made, and so nearly all that is in it: by the cloud's clock, in milliseconds. */
function accountMadeMs(cloudDatabase: string): number {
  const db = new Sqlite(cloudDatabase, { readonly: true });
  const { madeMs } = db.prepare('SELECT max(created_ms) AS madeMs FROM account').get() as { madeMs: number };
  db.close();
  return madeMs;
}

/** Fields that a message has and its description does not, by path. */
function unknownIn(message: unknown, path = ''): string[] {
  if (typeof message !== 'object' || message === null || message instanceof Uint8Array) return [];
  const { $unknown } = message as Message;
  const here = ($unknown ?? []).map(({ no }) => `${path}.${no}`);
  const inner = Object.entries(message).filter(([name]) => name !== '$unknown');
  return [...here, ...inner.flatMap(([name, value]) => unknownIn(value, `${path}.${name}`))];
}

/** An answer without the times in it, which go on, the tokens, which are the cloud's own, and how large a file it takes. */
function still(message: unknown): unknown {
  if (typeof message !== 'object' || message === null || message instanceof Uint8Array) return plain(message);
  if (Array.isArray(message)) return message.map(still);
  return Object.fromEntries(
    Object.entries(message)
      .filter(([name]) => name !== '$unknown' && !PASSING.has(name))
      .map(([name, value]) => [name, still(value)]),
  );
}
const PASSING = new Set([
  'timeMs',
  'purgeAtMs',
  'lastSeenMs',
  'version',
  'heldUntilMs',
  'token',
  'cursor',
  'backfillCursor',
  'largestBlobBytes',
  // Rises with what was put after the answer.
  'bytesUsed',
]);
