/** Somebody's identity is not the one that was known: what waits, what the person's word does, and what it does not. */
import { create } from '@bufbuild/protobuf';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { toHex } from '../../../shared/crypto/bytes.ts';
import { createEpoch } from '../../../shared/crypto/epochs.ts';
import { systemRandom } from '../../../shared/crypto/random.ts';
import {
  type LookUpResponse,
  LookUpResponseSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import { SignedSchema } from '../../../shared/proto/gen/lockstep/cloud/v1/keys_pb.js';
import {
  NotDeliveredReason,
  NotDeliveredSchema,
  SendResponseSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import { getIdentity } from '../../store/identity.ts';
import { addPending, listPending, removePending } from '../../store/mail.ts';
import { listOutbox } from '../../store/outbox.ts';
import { getPin, listChanged, setPin } from '../../store/pins.ts';
import { ownKeyring } from '../keyring/own.ts';
import { lookUp } from '../keyring/people.ts';
import { impostor } from '../testing/impostor.ts';
import {
  annaWroteToBob,
  closeDevices,
  fetchOf,
  type MailDevice,
  mailDevice,
} from '../testing/mail-device.ts';
import { failureOf, tamper } from '../testing/tamper.ts';
import { react, renameConversation, retry } from './compose.ts';
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
  await anna.exchange();
});
afterEach(async () => {
  closeDevices();
  await cloud.close();
});

const accountOf = (device: MailDevice) => device.ctx.keys.get()!.accountId;
const shownMessage = (device: MailDevice) =>
  toHex(new Uint8Array(device.store.get<{ id: Uint8Array }>('SELECT id FROM message')!.id));

const rows = (device: MailDevice) =>
  listOutbox(device.store).map(({ kind, state, failure }) => [kind, state, failure]);

test('TRU-17 accepted: what was written meanwhile goes to the new identity, what the old one signed is refused and said', async () => {
  tamper(cloud, anna, '/LookUp', LookUpResponseSchema, await impostor(accountOf(bob)));
  await anna.start('bob@example.org');
  anna.write(id, 'held back');
  anna.store.write(() => react(anna.ctx, { id: shownMessage(anna), emoji: '👍' }));
  await sendStep(anna.ctx);
  expect(rows(anna)).toEqual([
    ['message', 'failed', 'identityChanged'],
    ['reaction', 'failed', 'identityChanged'],
  ]);
  bob.write(id, 'from the old identity');
  await bob.exchange();
  anna.store.changes.take();
  expect((await receiveStep(anna.ctx)).waits).toBe(true);
  // The window hears that one more waits.
  expect(anna.store.changes.take()?.conversations).toContain(id);
  expect(listChanged(anna.store)).toEqual([
    { account: accountOf(bob), handle: 'bob@example.org', otherAccount: false, waiting: 1 },
  ]);
  expect(anna.texts(id)).toEqual(['from Anna', 'held back']);
  await acceptIdentity(anna.ctx, { accountId: toHex(accountOf(bob)) });
  // The message behind it is refused by name; the notice of the change is settled with the decision.
  expect(anna.notices()).toEqual(['envelopeRefused unknownDevice']);
  expect(listChanged(anna.store)).toEqual([]);
  await sendStep(anna.ctx);
  expect(listOutbox(anna.store)).toEqual([]);
  expect(anna.texts(id)).toEqual(['from Anna', 'held back']);
});

test('TRU-17 what waited for a changed identity is let go in the transaction that takes it: both, or neither', async () => {
  tamper(cloud, anna, '/LookUp', LookUpResponseSchema, await impostor(accountOf(bob)));
  await anna.start('bob@example.org');
  anna.write(id, 'held back');
  await sendStep(anna.ctx);
  // What comes second cannot be done.
  anna.store.run("UPDATE outbox SET body = x'ff'");
  await expect(acceptIdentity(anna.ctx, { accountId: toHex(accountOf(bob)) })).rejects.toThrow();
  expect(listChanged(anna.store)).toHaveLength(1);
  expect(getPin(anna.store, accountOf(bob))?.changed).toBe(true);
});

test('TRU-17 when the cloud comes back to the known identity, that one stays and nothing is lost', async () => {
  const before = getPin(anna.store, accountOf(bob))!;
  tamper(cloud, anna, '/LookUp', LookUpResponseSchema, await impostor(accountOf(bob)));
  await anna.start('bob@example.org');
  anna.write(id, 'held back');
  await sendStep(anna.ctx);
  bob.write(id, 'still me');
  await bob.exchange();
  await receiveStep(anna.ctx);
  anna.wire.fetch = fetchOf(cloud);
  await acceptIdentity(anna.ctx, { accountId: toHex(accountOf(bob)) });
  expect(getPin(anna.store, accountOf(bob))?.identityKey).toEqual(before.identityKey);
  expect(anna.texts(id)).toContain('still me');
  await anna.exchange();
  await bob.exchange();
  expect(bob.texts(id)).toContain('held back');
  expect(anna.notices()).toEqual([]);
});

test('TRU-17 OUT-23 when a look-up finds the known identity again, what waited goes without a decision', async () => {
  tamper(cloud, anna, '/LookUp', LookUpResponseSchema, await impostor(accountOf(bob)));
  await anna.start('bob@example.org');
  anna.write(id, 'held back');
  anna.store.write(() => react(anna.ctx, { id: shownMessage(anna), emoji: '👍' }));
  await sendStep(anna.ctx);
  expect(rows(anna)).toEqual([
    ['message', 'failed', 'identityChanged'],
    ['reaction', 'failed', 'identityChanged'],
  ]);
  anna.wire.fetch = fetchOf(cloud);
  await lookUp(anna.ctx, { handle: 'bob@example.org' });
  // There is nothing to accept any more.
  expect(listChanged(anna.store)).toEqual([]);
  expect(anna.notices()).toEqual([]);
  await anna.exchange();
  expect(rows(anna)).toEqual([]);
  await bob.exchange();
  expect(bob.texts(id)).toContain('held back');
  expect(bob.store.get('SELECT count(*) AS n FROM message_reaction')).toEqual({ n: 1 });
});

test('TRU-17 however much waits for one person, what waited for another shows once that one is decided', async () => {
  const carl = mailDevice(cloud);
  await carl.signUp('carl@example.org');
  const withCarl = await carl.start('anna@example.org');
  carl.write(withCarl, 'hi');
  await carl.exchange();
  await anna.exchange();
  const changed = (device: MailDevice, is: boolean) =>
    setPin(anna.store, { ...getPin(anna.store, accountOf(device))!, changed: is });
  changed(bob, true);
  changed(carl, true);
  bob.write(id, 'from Bob');
  await sendStep(bob.ctx);
  carl.write(withCarl, 'from Carl');
  await sendStep(carl.ctx);
  await receiveStep(anna.ctx);
  const carls = listPending(anna.store, 'identityChanged').at(-1)!;
  expect(carls.sender).toEqual(accountOf(carl));
  // As if Bob had sent more than are opened at a time, all before it.
  anna.store.write(() => {
    removePending(anna.store, carls.position);
    for (let i = 0; i < 500; i++)
      addPending(anna.store, { ...carls, sender: accountOf(bob), position: carls.position + i });
    addPending(anna.store, { ...carls, position: carls.position + 500 });
  });
  changed(carl, false);
  await receiveStep(anna.ctx);
  expect(anna.texts(withCarl)).toEqual(['hi', 'from Carl']);
  expect(listChanged(anna.store)).toMatchObject([{ handle: 'bob@example.org', waiting: 501 }]);
});

test('TRU-17 another identity than the one that was shown is not accepted', async () => {
  tamper(cloud, anna, '/LookUp', LookUpResponseSchema, await impostor(accountOf(bob)));
  await anna.start('bob@example.org');
  tamper(cloud, anna, '/LookUp', LookUpResponseSchema, await impostor(accountOf(bob)));
  const accountId = toHex(accountOf(bob));
  expect(await failureOf(acceptIdentity(anna.ctx, { accountId }))).toBe('identityChanged');
  expect(getPin(anna.store, accountOf(bob))?.changed).toBe(true);
  expect(anna.notices()).toEqual(['identityChanged', 'identityChanged']);
});

test('TRU-16 another account under a known handle waits for a decision, however often it is looked up', async () => {
  const eve = mailDevice(cloud);
  await eve.signUp('eve@example.org');
  const asBob = (answer: LookUpResponse) => {
    answer.keyring!.handle = 'bob@example.org';
  };
  const eves = await eve.ctx.cloud.accounts.lookUp({ by: { case: 'accountId', value: accountOf(eve) } });
  tamper(cloud, anna, '/LookUp', LookUpResponseSchema, (answer) => {
    answer.keyring = eves.keyring!;
    asBob(answer);
  });
  const other = await anna.start('bob@example.org');
  expect(other).not.toBe(id);
  expect(listChanged(anna.store)[0]).toMatchObject({ account: accountOf(eve), otherAccount: true });
  anna.write(other, 'dear Bob');
  await sendStep(anna.ctx);
  expect(listOutbox(anna.store)[0]).toMatchObject({ state: 'failed', failure: 'identityChanged' });
  for (let i = 0; i < 2; i++)
    expect(await failureOf(lookUp(anna.ctx, { handle: 'bob@example.org' }))).toBe('identityChanged');
  expect(getPin(anna.store, accountOf(eve))?.changed).toBe(true);
  expect(getPin(anna.store, accountOf(bob))?.changed).toBe(false);
  // And what she sends does not come in as Bob's.
  const withAnna = await eve.start('anna@example.org');
  eve.write(withAnna, 'it is me, Bob');
  await eve.exchange();
  await receiveStep(anna.ctx);
  expect(anna.texts(other)).not.toContain('it is me, Bob');
});

test('TRU-16 an identity that another device of the account knows differently waits, also at the second look-up', async () => {
  const second = mailDevice(cloud);
  await second.signIn('anna@example.org');
  second.store.run('INSERT INTO conversation (cid, guid) VALUES (900, ?)', systemRandom(16));
  second.store.run(
    `INSERT INTO conversation_member (cid, account, handle, name, identity_key, member) VALUES (900, ?, 'bob@example.org', '', ?, 1)`,
    accountOf(bob),
    getPin(anna.store, accountOf(bob))!.identityKey,
  );
  tamper(cloud, second, '/LookUp', LookUpResponseSchema, await impostor(accountOf(bob)));
  for (let i = 0; i < 3; i++)
    expect(await failureOf(lookUp(second.ctx, { handle: 'bob@example.org' }))).toBe('identityChanged');
  expect(second.notices()).toEqual(['identityChanged']);
});

test("TRU-15 a shorter epoch chain of somebody's than the one seen is refused and said", async () => {
  const { signKey, sealKey, deviceId } = getIdentity(bob.store)!;
  const own = ownKeyring(bob.store);
  const next = await createEpoch({
    log: own.state,
    previous: { chain: own.chain, key: bob.ctx.keys.get()!.epochKey(1)! },
    signer: { device: { deviceId, signKey, sealKey } },
    timeMs: 1,
    random: systemRandom,
  });
  tamper(cloud, anna, '/LookUp', LookUpResponseSchema, ({ keyring }) => {
    keyring!.epochs.push(create(SignedSchema, next.statement));
  });
  expect((await lookUp(anna.ctx, { accountId: accountOf(bob) })).epoch).toBe(2);
  anna.wire.fetch = fetchOf(cloud);
  expect(await failureOf(lookUp(anna.ctx, { accountId: accountOf(bob) }))).toBe('personForged');
  expect(anna.notices()).toEqual(['personRolledBack']);
  expect(getPin(anna.store, accountOf(bob))?.epoch).toBe(2);
});

test("TRU-11 in a group the member whose identity has changed is named; the others' conversations go on", async () => {
  const carl = mailDevice(cloud);
  await carl.signUp('carl@example.org');
  const group = await anna.start('bob@example.org', 'carl@example.org');
  const withCarl = await anna.start('carl@example.org');
  tamper(cloud, anna, '/LookUp', LookUpResponseSchema, await impostor(accountOf(bob)));
  await failureOf(lookUp(anna.ctx, { handle: 'bob@example.org' }));
  anna.write(group, 'to all');
  anna.write(withCarl, 'to Carl');
  await sendStep(anna.ctx);
  expect(anna.states(group)).toEqual(['failed']);
  expect(anna.states(withCarl)).toEqual(['sent']);
  expect(listChanged(anna.store).map(({ handle }) => handle)).toEqual(['bob@example.org']);
});

test('OUT-23 a change that did not reach somebody for good is said, with whom', async () => {
  tamper(cloud, anna, '/Send', SendResponseSchema, ({ result }) => {
    if (result.case !== 'accepted') return;
    const missing = { accountId: accountOf(bob), reason: NotDeliveredReason.MAILBOX_FULL };
    result.value.notDelivered = [create(NotDeliveredSchema, missing)];
  });
  anna.store.write(() => react(anna.ctx, { id: shownMessage(anna), emoji: '👍' }));
  await sendStep(anna.ctx);
  expect(anna.notices()).toEqual(['changeNotSent mailboxFull']);
  expect(anna.store.get('SELECT detail FROM notice')).toMatchObject({
    detail: expect.stringContaining('"handle":"bob@example.org"'),
  });
  expect(listOutbox(anna.store)).toEqual([]);
});

test('OUT-23 keys of a member that do not verify: a change is said, a message can be tried again, nothing waits for a decision', async () => {
  // As on a device that has the conversation from its zone: nobody is pinned yet.
  bob.store.run('DELETE FROM pin');
  tamper(cloud, bob, '/LookUp', LookUpResponseSchema, ({ keyring }) => {
    keyring!.epochs = [];
  });
  bob.store.write(() => react(bob.ctx, { id: shownMessage(bob), emoji: '👍' }));
  const sent = bob.write(id, 'from Bob');
  await sendStep(bob.ctx);
  expect(listChanged(bob.store)).toEqual([]);
  expect(rows(bob)).toEqual([['message', 'failed', 'personForged']]);
  expect(bob.notices()).toContain('changeNotSent personForged');
  bob.wire.fetch = fetchOf(cloud);
  bob.store.write(() => retry(bob.ctx, { id: sent }));
  await bob.exchange();
  expect(rows(bob)).toEqual([]);
  await anna.exchange();
  expect(anna.texts(id)).toContain('from Bob');
});

test('OUT-23 a group name that the cloud refuses for good is said', async () => {
  const carl = mailDevice(cloud);
  await carl.signUp('carl@example.org');
  const group = await anna.start('bob@example.org', 'carl@example.org');
  anna.store.write(() => renameConversation(anna.ctx, { conversationId: group, name: 'Garden' }));
  const real = fetchOf(cloud);
  anna.wire.fetch = async (input, init) => {
    if (!String(input).endsWith('/Send')) return real(input, init);
    return real(input, { ...init, body: new Uint8Array([0xff, 0xff]) });
  };
  await sendStep(anna.ctx);
  expect(anna.notices()).toEqual(['changeNotSent refused']);
  expect(listOutbox(anna.store)).toEqual([]);
});
