/** The cloud, or somebody with an account on it, does what it must not. Each is refused and said, and nothing here changes. */
import { create } from '@bufbuild/protobuf';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { equalBytes, toHex } from '../../../shared/crypto/bytes.ts';
import {
  createDeviceKeys,
  logAfter,
  publicDevice,
  signAddDevice,
  verifyDeviceLog,
} from '../../../shared/crypto/device-log.ts';
import { openContentKey, sealContentKey } from '../../../shared/crypto/envelopes.ts';
import { inboxKeyPair } from '../../../shared/crypto/epoch-keys.ts';
import { createEpoch, type KeyWrap } from '../../../shared/crypto/epochs.ts';
import { systemRandom } from '../../../shared/crypto/random.ts';
import { createRoot } from '../../../shared/crypto/root.ts';
import {
  GetKeyringResponseSchema,
  LookUpResponseSchema,
  SignInFinishResponseSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import { KeyWrapSchema, SignedSchema } from '../../../shared/proto/gen/lockstep/cloud/v1/keys_pb.js';
import {
  type Envelope,
  ReceiveResponseSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import { getIdentity } from '../../store/identity.ts';
import { getKeyring } from '../../store/keyring.ts';
import { getMailCursor } from '../../store/mail.ts';
import { enqueue, listOutbox } from '../../store/outbox.ts';
import { getPin } from '../../store/pins.ts';
import { removeDevice } from '../account/devices.ts';
import { ownKeyring, refreshKeyring } from '../keyring/own.ts';
import {
  annaWroteToBob,
  closeDevices,
  fetchOf,
  type MailDevice,
  mailDevice,
} from '../testing/mail-device.ts';
import { failureOf, tamper } from '../testing/tamper.ts';
import { draftBody } from './body.ts';
import { topicOf } from './compose.ts';
import { receiveStep } from './receive-step.ts';
import { sendStep } from './send-step.ts';
import { acceptIdentity } from './start-conversation.ts';

let cloud: Cloud;
let anna: MailDevice;
let bob: MailDevice;
let id: string;

beforeEach(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  ({ anna, bob, id } = await annaWroteToBob(cloud));
});
afterEach(async () => {
  closeDevices();
  await cloud.close();
});

const signed = (one: { body: Uint8Array; signature: Uint8Array }) => create(SignedSchema, one);
const wrapped = (one: KeyWrap) => create(KeyWrapSchema, one);

const accountOf = (device: MailDevice) => device.ctx.keys.get()!.accountId;

/** Bob says something that nobody lets him say through the app. */
async function bobSays(content: Parameters<typeof draftBody>[5], sender = accountOf(bob)): Promise<void> {
  const { deviceId, handle } = getIdentity(bob.store)!;
  const topic = topicOf(bob.ctx, new Uint8Array(Buffer.from(id, 'hex')));
  const guid = systemRandom(16);
  const speaker = { accountId: sender, deviceId, handle, name: 'bob' };
  const body = draftBody(speaker, topic, guid, Date.now(), bob.ctx.hlc.now(), content);
  enqueue(bob.store, {
    sendId: systemRandom(16),
    kind: 'edit',
    conversation: topic.guid,
    guid,
    body,
    createdMs: 1,
  });
  await sendStep(bob.ctx);
}

const annasMessage = () => {
  const row = anna.store.get<{ guid: Uint8Array }>('SELECT guid FROM message LIMIT 1')!;
  return { senderAccountId: accountOf(anna), guid: new Uint8Array(row.guid) };
};

async function refusedKeyring(code: string): Promise<void> {
  const before = getKeyring(anna.store);
  const keys = anna.ctx.keys.get();
  expect(await failureOf(refreshKeyring(anna.ctx))).toBe(code);
  expect(getKeyring(anna.store)).toEqual(before);
  expect(anna.ctx.keys.get()).toBe(keys);
  expect(anna.signals).toContainEqual({ type: 'keyringForged' });
  expect(anna.notices()).toEqual([code]);
}

test('TRU-8 an added device that nobody of the account signed is refused', async () => {
  const forger = createDeviceKeys(systemRandom);
  tamper(cloud, anna, '/GetKeyring', GetKeyringResponseSchema, ({ keyring }) => {
    const entry = signAddDevice({
      log: logAfter(accountOf(anna), keyring!.log),
      device: publicDevice(forger),
      signer: { identity: createRoot(systemRandom).identity },
      timeMs: 1,
    });
    keyring!.log.push(signed(entry));
  });
  await refusedKeyring('keyringForged');
});

test('TRU-8 a forged epoch is refused, whoever it is sealed to', async () => {
  const { deviceId } = anna.ctx.keys.get()!;
  const own = ownKeyring(anna.store);
  const forged = await createEpoch({
    log: own.state,
    previous: { chain: own.chain, key: anna.ctx.keys.get()!.epochKey(1)! },
    signer: { identity: createRoot(systemRandom).identity },
    timeMs: 1,
    random: systemRandom,
  });
  tamper(cloud, anna, '/GetKeyring', GetKeyringResponseSchema, (answer) => {
    answer.keyring!.epochs.push(signed(forged.statement));
    answer.wraps = forged.wraps.filter((one) => equalBytes(one.recipient, deviceId)).map(wrapped);
  });
  await refusedKeyring('keyringForged');
});

test('TRU-8 a rolled-back device log is refused', async () => {
  const second = mailDevice(cloud);
  await second.signIn('anna@example.org');
  await refreshKeyring(anna.ctx);
  anna.store.run('UPDATE notice SET dismissed = 1');
  tamper(cloud, anna, '/GetKeyring', GetKeyringResponseSchema, ({ keyring }) => {
    keyring!.log.pop();
  });
  await refusedKeyring('keyringRolledBack');
});

test('TRU-5 a cloud that gives another device log at sign-in is refused before anything is stored', async () => {
  const fresh = mailDevice(cloud);
  const root = createRoot(systemRandom);
  const { signGenesis } = await import('../../../shared/crypto/device-log.ts');
  const genesis = signGenesis({ accountId: accountOf(anna), root, timeMs: 1 });
  const state = verifyDeviceLog([genesis], { accountId: accountOf(anna) });
  const epoch = await createEpoch({
    // Sealed to the real root, which the cloud knows the public half of: only the identity tells.
    log: { ...state, rootKey: ownKeyring(anna.store).state.rootKey },
    signer: { identity: root.identity },
    timeMs: 1,
    random: systemRandom,
  });
  tamper(cloud, fresh, '/SignInFinish', SignInFinishResponseSchema, ({ account }) => {
    account!.log = [signed(genesis)];
    account!.epochs = [signed(epoch.statement)];
    account!.rootWraps = epoch.wraps.map(wrapped);
  });
  expect(await failureOf(fresh.signIn('anna@example.org'))).toBe('keyringForged');
  expect(getIdentity(fresh.store)).toBeUndefined();
  expect(getKeyring(fresh.store)).toEqual({ log: [], epochs: [] });
  fresh.wire.fetch = fetchOf(cloud);
  await fresh.signIn('anna@example.org');
});

test('OUT-11 an edit by somebody else is refused and said, and the mailbox goes on', async () => {
  await bobSays({ case: 'edit', value: { message: annasMessage(), text: 'words in her mouth' } });
  bob.write(id, 'behind it');
  await bob.exchange();
  await anna.exchange();
  expect(anna.texts(id)).toEqual(['from Anna', 'behind it']);
  expect(anna.notices()).toEqual(['envelopeRefused notTheAuthor']);
});

test('OUT-10 an envelope that claims another sender is refused', async () => {
  await bobSays({ case: 'unsend', value: { message: annasMessage() } }, accountOf(anna));
  await anna.exchange();
  expect(anna.notices()).toEqual(['envelopeRefused otherSender']);
  expect(anna.store.get('SELECT unsent_ms FROM message')).toEqual({ unsent_ms: null });
  // And when the cloud lies about it as well, the key does not even open.
  tamper(cloud, anna, '/Receive', ReceiveResponseSchema, (page) => {
    for (const envelope of page.envelopes) envelope.senderAccountId = accountOf(anna);
  });
  bob.write(id, 'whose is this?');
  await bob.exchange();
  await anna.exchange();
  expect(anna.notices().filter((one) => one === 'envelopeRefused damaged').length).toBeGreaterThan(0);
  expect(anna.texts(id)).toEqual(['from Anna']);
});

test('OUT-12 a message re-sealed to somebody it was not signed for is refused', async () => {
  const carl = mailDevice(cloud);
  await carl.signUp('carl@example.org');
  const bobs = bob.ctx.keys.get()!;
  let taken: Envelope | undefined;
  tamper(cloud, bob, '/Receive', ReceiveResponseSchema, (page) => {
    taken ??= page.envelopes.find((one) => equalBytes(one.senderAccountId, accountOf(anna)));
  });
  anna.write(id, 'for Bob alone');
  await anna.exchange();
  await receiveStep(bob.ctx);
  const { content, senderAccountId, epoch, suite, sealedKey } = taken!;
  const contentKey = await openContentKey({
    content,
    senderAccountId,
    recipientAccountId: bobs.accountId,
    epoch,
    suite,
    sealedKey,
    inboxSecret: inboxKeyPair(bobs.epochKey(epoch)!).secretKey,
  });
  const sealed = await sealContentKey({
    content,
    senderAccountId,
    recipientAccountId: accountOf(carl),
    epoch: 1,
    contentKey,
    inboxKey: inboxKeyPair(carl.ctx.keys.get()!.epochKey(1)!).publicKey,
    random: systemRandom,
  });
  tamper(cloud, carl, '/Receive', ReceiveResponseSchema, (page) => {
    page.envelopes.push({ ...taken!, ...sealed, position: 1n });
    page.head = 1n;
  });
  await expect(receiveStep(carl.ctx)).rejects.toThrow();
  expect(carl.notices()).toEqual(['envelopeRefused notAddressed']);
  expect(carl.store.get('SELECT count(*) AS n FROM message')).toEqual({ n: 0 });
});

test('OUT-9 a damaged envelope is refused and said; what stands behind it arrives', async () => {
  tamper(cloud, anna, '/Receive', ReceiveResponseSchema, (page) => {
    const [first] = page.envelopes;
    if (first !== undefined) first.content = systemRandom(200);
  });
  bob.write(id, 'damaged on the way');
  bob.write(id, 'whole');
  await sendStep(bob.ctx);
  const before = getMailCursor(anna.store).stored;
  await receiveStep(anna.ctx);
  expect(getMailCursor(anna.store).stored).toBeGreaterThan(before);
  expect(anna.texts(id)).toContain('whole');
  expect(anna.notices()).toEqual(['envelopeRefused damaged']);
});

test('OUT-9 an envelope of a device that had been removed is refused', async () => {
  const second = mailDevice(cloud);
  await second.signIn('bob@example.org');
  await second.start('anna@example.org');
  let held: Envelope[] = [];
  tamper(cloud, anna, '/Receive', ReceiveResponseSchema, (page) => {
    held = page.envelopes.splice(0);
    page.head = 0n;
  });
  second.write(id, 'from the removed device');
  await sendStep(second.ctx);
  await failureOf(receiveStep(anna.ctx));
  await refreshKeyring(bob.ctx);
  await removeDevice(bob.ctx, { id: toHex(second.ctx.keys.get()!.deviceId), stolen: false, password: null });
  const { lookUp } = await import('../keyring/people.ts');
  await lookUp(anna.ctx, { accountId: accountOf(bob) });
  tamper(cloud, anna, '/Receive', ReceiveResponseSchema, (page) => {
    page.envelopes = held.map((one) => ({ ...one, acceptedMs: BigInt(Date.now() + 10 * 60_000) }));
  });
  await receiveStep(anna.ctx);
  expect(anna.texts(id)).not.toContain('from the removed device');
  expect(anna.notices()).toContain('envelopeRefused unknownDevice');
});

test('OUT-13 a sender who is no member, and other members than at the start, are refused', async () => {
  const carl = mailDevice(cloud);
  await carl.signUp('carl@example.org');
  const group = await anna.start('bob@example.org', 'carl@example.org');
  anna.write(group, 'hello group');
  await anna.exchange();
  await bob.exchange();
  const { decodeConversationCore, encodeConversationCore } = await import(
    '../../../shared/model/conversation.ts'
  );
  const core = decodeConversationCore(topicOf(bob.ctx, new Uint8Array(Buffer.from(group, 'hex'))).coreBytes);
  const { deviceId, handle } = getIdentity(bob.store)!;
  const say = async (members: Uint8Array[]) => {
    const guid = systemRandom(16);
    const coreBytes = encodeConversationCore({ ...core, members });
    const speaker = { accountId: accountOf(bob), deviceId, handle, name: 'bob' };
    const topic = { guid: core.guid, coreBytes, name: '' };
    const body = draftBody(speaker, topic, guid, Date.now(), bob.ctx.hlc.now(), {
      case: 'rename',
      value: { name: 'x' },
    });
    enqueue(bob.store, {
      sendId: systemRandom(16),
      kind: 'rename',
      conversation: core.guid,
      guid,
      body,
      createdMs: 1,
    });
    await sendStep(bob.ctx);
  };
  await say([accountOf(anna), accountOf(bob)]);
  await say([accountOf(anna), accountOf(carl)]);
  await anna.exchange();
  expect(anna.notices()).toEqual(['envelopeRefused wrongMembers', 'envelopeRefused wrongMembers']);
});

test('TRU-11 a changed identity stops sending until it is accepted; the pin stays meanwhile', async () => {
  const before = getPin(anna.store, accountOf(bob))!;
  const root = createRoot(systemRandom);
  const device = createDeviceKeys(systemRandom);
  const { signGenesis } = await import('../../../shared/crypto/device-log.ts');
  const genesis = signGenesis({ accountId: accountOf(bob), root, timeMs: 1 });
  const log = [
    genesis,
    signAddDevice({
      log: logAfter(accountOf(bob), [genesis]),
      device: publicDevice(device),
      signer: { identity: root.identity },
      timeMs: 1,
    }),
  ];
  const state = verifyDeviceLog(log, { accountId: accountOf(bob) });
  const epoch = await createEpoch({
    log: state,
    signer: { identity: root.identity },
    timeMs: 1,
    random: systemRandom,
  });
  tamper(cloud, anna, '/LookUp', LookUpResponseSchema, ({ keyring }) => {
    keyring!.log = log.map(signed);
    keyring!.epochs = [signed(epoch.statement)];
  });
  // The conversation opens: it says there what happened.
  expect(await anna.start('bob@example.org')).toBe(id);
  expect(getPin(anna.store, accountOf(bob))).toEqual({ ...before, changed: true });
  expect(anna.notices()).toEqual(['identityChanged']);
  anna.write(id, 'not to a stranger');
  await sendStep(anna.ctx);
  expect(listOutbox(anna.store).map((entry) => [entry.state, entry.failure])).toEqual([
    ['failed', 'identityChanged'],
  ]);
  // What still comes under the old identity waits for the person's word.
  bob.write(id, 'it is still me');
  await sendStep(bob.ctx);
  expect((await receiveStep(anna.ctx)).waits).toBe(true);
  await acceptIdentity(anna.ctx, { accountId: toHex(accountOf(bob)) });
  expect(getPin(anna.store, accountOf(bob))?.changed).toBe(false);
  expect(getPin(anna.store, accountOf(bob))?.identityKey).toEqual(root.identity.publicKey);
});
