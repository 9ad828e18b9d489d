/**
 * A message whose answer has not been heard. Deleted meanwhile it is hidden at once, and never seen again unless somebody asks for it; come by
 * mail or zone before the answer it is there once.
 */
import { create, toBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { getRegister, newPayload, SCHEMA } from '../../../shared/model/payload.ts';
import { decodePayload, encodePayload } from '../../../shared/model/payload-codec.ts';
import { BlobsMissingSchema } from '../../../shared/proto/gen/lockstep/cloud/v1/blobs_pb.js';
import {
  NotDeliveredReason,
  NotDeliveredSchema,
  SendResponseSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import { MessageField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { listConversations } from '../../store/conversations.ts';
import { isLocallyDeleted, listLocalDeletes } from '../../store/local-deletes.ts';
import { getMessage } from '../../store/messages.ts';
import { onlyHere } from '../../store/only-here.ts';
import { nextOutbox, waitingCount } from '../../store/outbox.ts';
import { hiddenHere } from '../../store/outbox-hidden.ts';
import { listRecentlyDeleted } from '../../store/recently-deleted.ts';
import { deleteForGood as deleteRecord, getPayload, putMerged } from '../../store/records.ts';
import { shownIds } from '../../store/shown.ts';
import { KIND } from '../../store/values.ts';
import { setZoneState } from '../../store/zone-state.ts';
import { removeDevice } from '../account/devices.ts';
import { answerDeletedHere } from '../commands/deleted-here.ts';
import { deleteForGood, discard, recoverMessages } from '../commands/deletes.ts';
import { undoDelete } from '../commands/undo.ts';
import type { DeletedHere } from '../status-types.ts';
import { annaAndBob, closeDevices, fetchOf, type MailDevice, mailDevice } from '../testing/mail-device.ts';
import { answerLost, tamper } from '../testing/tamper.ts';
import { currentKeys, messageRecordId } from '../zones/names.ts';
import { settleLongAsked } from './long-asked.ts';
import { receiveStep } from './receive-step.ts';
import { sendStep } from './send-step.ts';

let cloud: Cloud;
let anna: MailDevice;
let bob: MailDevice;
let id: string;

beforeEach(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  ({ anna, bob } = await annaAndBob(cloud));
  id = await anna.start('bob@example.org');
});
afterEach(async () => {
  closeDevices();
  await cloud.close();
});

const deleted = (device: MailDevice): string[] =>
  listRecentlyDeleted(device.store, 10).map(({ message }) => message.text);
/** On screen, in the list, in any count. */
const seenOf = (device: MailDevice): unknown[] => [device.texts(id), waitingCount(device.store)];

for (const on of [true, false]) {
  test(`SYN-72 deleted while it is on its way: hidden, and deleted when it turns out to be accepted (switch ${on ? 'on' : 'off'})`, async () => {
    for (const device of [anna, bob]) setZoneState(device.store, 'messages', { switch: on ? 'on' : 'off' });
    const sent = anna.write(id, 'on its way');
    anna.wire.fetch = answerLost(fetchOf(cloud), '/Send');
    await expect(sendStep(anna.ctx)).rejects.toThrow();
    expect(anna.states(id)).toEqual(['sending']);
    expect((await anna.delete(sent)).messages).toBe(1);
    expect(seenOf(anna)).toEqual([[], 0]);
    expect(onlyHere(anna.store).messages).toBe(0);
    expect(getMessage(anna.store, Uint8Array.from(Buffer.from(sent, 'hex')))).toBeUndefined();
    await expect(sendStep(anna.ctx)).rejects.toThrow();
    anna.restart();
    expect(seenOf(anna)).toEqual([[], 0]);
    anna.wire.fetch = fetchOf(cloud);
    await sendStep(anna.ctx);
    expect([seenOf(anna), deleted(anna)]).toEqual([[[], 0], ['on its way']]);
    expect(nextOutbox(anna.store)).toBeUndefined();
    // The other person keeps theirs, and has it once.
    await bob.exchange();
    expect(bob.texts(id)).toEqual(['on its way']);
    await anna.exchange();
    expect([seenOf(anna), deleted(anna)]).toEqual([[[], 0], ['on its way']]);
    // It is there like any other.
    const [item] = listRecentlyDeleted(anna.store, 10);
    const ids = [Buffer.from(item!.message.id).toString('hex')];
    expect(await recoverMessages(anna.deleting, { ids })).toEqual({ messages: 1, stopped: null, newer: 0 });
    expect([anna.texts(id), deleted(anna)]).toEqual([['on its way'], []]);
  });
}

/** Who may bring the news of its acceptance. */
const NEWS: Record<string, () => Promise<unknown>> = {
  'the answer': () => sendStep(anna.ctx),
  'the mailbox': () => receiveStep(anna.ctx),
};
const turned = (value: 'on' | 'off', answer: DeletedHere = 'bringBack'): void => {
  if (value === 'on') anna.store.write(() => answerDeletedHere(anna.ctx, answer));
  setZoneState(anna.store, 'messages', { switch: value });
};
/** Of anna's only message: in the record that others get, in this device's own table. */
const whereDeleted = (): unknown => {
  const row = anna.store.get<{ id: Uint8Array }>('SELECT id FROM message')!;
  const register = getRegister(getPayload(anna.store, 'messages', row.id)!, MessageField.DELETED);
  return { forAll: (register?.value.length ?? 0) > 0, here: isLocallyDeleted(anna.store, row.id) };
};

for (const [who, heard] of Object.entries(NEWS)) {
  test(`SYN-120 deleted on its way with the switch on, and accepted when it is off: deleted for all devices (${who})`, async () => {
    turned('on');
    const sent = anna.write(id, 'for all');
    anna.wire.fetch = answerLost(fetchOf(cloud), '/Send');
    await expect(sendStep(anna.ctx)).rejects.toThrow();
    await anna.delete(sent);
    turned('off');
    anna.restart();
    anna.wire.fetch = fetchOf(cloud);
    await heard();
    expect(whereDeleted()).toEqual({ forAll: true, here: false });
    turned('on', 'bringBack');
    expect([seenOf(anna), deleted(anna)]).toEqual([[[], 0], ['for all']]);
  });

  test(`SYN-120 deleted on its way with the switch off, and accepted when it is on: as was answered (${who})`, async () => {
    for (const answer of ['bringBack', 'everywhere'] as const) {
      turned('off');
      const sent = anna.write(id, answer);
      anna.wire.fetch = answerLost(fetchOf(cloud), '/Send');
      await expect(sendStep(anna.ctx)).rejects.toThrow();
      await anna.delete(sent);
      expect(hiddenHere(anna.store)).toBe(1);
      turned('on', answer);
      expect(hiddenHere(anna.store)).toBe(0);
      expect(anna.texts(id)).toEqual(['bringBack']);
      anna.wire.fetch = fetchOf(cloud);
      await heard();
      await anna.exchange();
      if (answer === 'bringBack') expect(whereDeleted()).toEqual({ forAll: false, here: false });
    }
    expect([anna.texts(id), deleted(anna)]).toEqual([['bringBack'], ['everywhere']]);
    expect(listLocalDeletes(anna.store)).toEqual([]);
  });
}

test('SYN-72 it comes by mail before its answer is heard: it goes to Recently Deleted in the same moment', async () => {
  const sent = anna.write(id, 'an echo');
  anna.wire.fetch = answerLost(fetchOf(cloud), '/Send');
  await expect(sendStep(anna.ctx)).rejects.toThrow();
  const { undo } = await anna.delete(sent);
  const shown: string[][] = [];
  const write = anna.store.write.bind(anna.store);
  anna.store.write = (work) => {
    const result = write(work);
    if (!anna.store.db.inTransaction) shown.push(anna.texts(id));
    return result;
  };
  anna.wire.fetch = fetchOf(cloud);
  await receiveStep(anna.ctx);
  expect(shown.length).toBeGreaterThan(0);
  expect(shown.flat()).toEqual([]);
  expect(deleted(anna)).toEqual(['an echo']);
  await sendStep(anna.ctx);
  expect([anna.texts(id), deleted(anna)]).toEqual([[], ['an echo']]);
  // Undo knows it by its new name.
  expect(await undoDelete(anna.deleting, { undo })).toEqual({ messages: 1, newer: 0 });
  expect([anna.texts(id), deleted(anna)]).toEqual([['an echo'], []]);
});

test('SYN-72 Undo while it is on its way: it shows again, and is accepted as if nothing had been', async () => {
  const sent = anna.write(id, 'after all');
  anna.wire.fetch = answerLost(fetchOf(cloud), '/Send');
  await expect(sendStep(anna.ctx)).rejects.toThrow();
  const { undo } = await anna.delete(sent);
  expect(anna.texts(id)).toEqual([]);
  expect(await undoDelete(anna.deleting, { undo })).toEqual({ messages: 1, newer: 0 });
  expect(anna.states(id)).toEqual(['sending']);
  anna.wire.fetch = fetchOf(cloud);
  await anna.exchange();
  await bob.exchange();
  expect([anna.texts(id), bob.texts(id), deleted(anna)]).toEqual([['after all'], ['after all'], []]);
});

test('SYN-71 what was never asked for is not sent once it is deleted, and comes back with Undo in its place', async () => {
  const first = anna.write(id, 'first');
  const second = anna.write(id, 'second');
  anna.write(id, 'third');
  const one = await anna.delete(second);
  const other = discard(anna.deleting, { id: first });
  expect(anna.texts(id)).toEqual(['third']);
  expect(await undoDelete(anna.deleting, { undo: one.undo })).toEqual({ messages: 1, newer: 0 });
  expect(anna.texts(id)).toEqual(['second', 'third']);
  await anna.exchange();
  await bob.exchange();
  expect(bob.texts(id)).toEqual(['second', 'third']);
  expect(await undoDelete(anna.deleting, { undo: other.undo! })).toEqual({ messages: 1, newer: 0 });
  await anna.exchange();
  await bob.exchange();
  expect(bob.texts(id)).toEqual(['second', 'third', 'first']);
});

test('SYN-71 after a restart nothing can be undone, and what was never asked for is gone for good', async () => {
  const sent = anna.write(id, 'only a thought');
  const { undo } = await anna.delete(sent);
  anna.restart();
  await expect(undoDelete(anna.deleting, { undo })).rejects.toMatchObject({ reason: 'undoOver' });
  await anna.exchange();
  await bob.exchange();
  expect([anna.texts(id), bob.texts(id), deleted(anna)]).toEqual([[], [], []]);
  expect(anna.store.get('SELECT 1 AS one FROM outbox')).toBeUndefined();
});

test('SYN-72 what turns out not to be accepted (a recipient moved on) is never sent', async () => {
  const second = mailDevice(cloud);
  await second.signIn('bob@example.org');
  const sent = anna.write(id, 'for the old epoch');
  anna.wire.fetch = async () => Promise.reject(new TypeError('no network'));
  await expect(sendStep(anna.ctx)).rejects.toThrow();
  anna.wire.fetch = fetchOf(cloud);
  // Sealed for an epoch that is over before it leaves.
  const sealedBefore = anna.write(id, 'goes on');
  anna.wire.fetch = async (input, init) => {
    if (String(input).endsWith('/Send')) throw new TypeError('no network');
    return fetchOf(cloud)(input, init);
  };
  await expect(sendStep(anna.ctx)).rejects.toThrow();
  const bobs = Buffer.from(bob.ctx.keys.get()!.deviceId).toString('hex');
  await removeDevice(second.ctx, { id: bobs, stolen: false, password: null });
  const { undo } = await anna.delete(sent);
  anna.wire.fetch = fetchOf(cloud);
  await sendStep(anna.ctx);
  await second.exchange();
  expect(second.texts(id)).toEqual(['goes on']);
  expect(deleted(anna)).toEqual([]);
  expect(sealedBefore).not.toBe(sent);
  // It can still be undone, and is then sent for the new epoch.
  expect(await undoDelete(anna.deleting, { undo })).toEqual({ messages: 1, newer: 0 });
  await anna.exchange();
  await second.exchange();
  expect(second.texts(id)).toEqual(['goes on', 'for the old epoch']);
});

test('SYN-72 what the cloud refuses is not kept once it is deleted', async () => {
  const sent = anna.write(id, 'refused');
  const real = fetchOf(cloud);
  let deleting: Promise<unknown> | null = null;
  anna.wire.fetch = async (input, init) => {
    if (String(input).endsWith('/Send') && deleting === null) {
      // Deleted in the very moment its request is under way.
      deleting = anna.delete(sent);
      await deleting;
      anna.restart();
      throw new TypeError('no network');
    }
    return real(input, init);
  };
  await expect(sendStep(anna.ctx)).rejects.toThrow();
  expect(anna.store.get('SELECT 1 AS one FROM outbox WHERE deleted_ms IS NOT NULL')).toBeDefined();
  anna.wire.fetch = async (input, init) => {
    const request = new Request(input, init);
    // A body that decodes to nothing the cloud takes.
    return String(input).endsWith('/Send')
      ? real(
          new Request(request.url, { method: 'POST', headers: request.headers, body: new Uint8Array([255]) }),
        )
      : real(request);
  };
  await sendStep(anna.ctx);
  expect(anna.store.get('SELECT 1 AS one FROM outbox')).toBeUndefined();
  expect([anna.texts(id), deleted(anna)]).toEqual([[], []]);
});

/** Sent, the answer lost, and come by mail while nothing may be sent. */
async function comesBeforeItsAnswer(text: string): Promise<{ sendId: string; recordId: string }> {
  const sendId = anna.write(id, text);
  anna.wire.fetch = answerLost(fetchOf(cloud), '/Send');
  await expect(sendStep(anna.ctx)).rejects.toThrow();
  anna.wire.fetch = fetchOf(cloud);
  await receiveStep(anna.ctx);
  const row = anna.store.get<{ id: Uint8Array }>('SELECT id FROM message WHERE text = ?', text)!;
  return { sendId, recordId: Buffer.from(row.id).toString('hex') };
}

test('SYN-72 DEL-20 the first that comes of it is a newer app’s version: nothing is held up, and it is deleted once that can be read', async () => {
  const sent = anna.write(id, 'edited elsewhere');
  const { guid } = nextOutbox(anna.store)!;
  anna.wire.fetch = answerLost(fetchOf(cloud), '/Send');
  await expect(sendStep(anna.ctx)).rejects.toThrow();
  await anna.delete(sent);
  anna.wire.fetch = fetchOf(cloud);
  const recordId = messageRecordId(anna.ctx, currentKeys(anna.ctx).accountId, guid);
  const written = { ...newPayload(KIND.message), schema: SCHEMA + 1 };
  putMerged(anna.store, 'messages', recordId, decodePayload(encodePayload(written), SCHEMA), {
    dirty: false,
  });
  await sendStep(anna.ctx);
  expect(anna.store.get('SELECT 1 AS one FROM outbox')).toBeUndefined();
  expect([anna.texts(id), deleted(anna)]).toEqual([[], []]);
  expect(anna.store.get<{ n: number }>('SELECT count(*) AS n FROM remembered_delete')!.n).toBe(1);
  expect(getPayload(anna.store, 'messages', recordId)?.schema).toBe(SCHEMA + 1);
});

/** Its files are not there: it is deleted while that is being said. `restart`: Undo is over by then. */
async function deletedForWantOfFiles(restart: boolean): Promise<{ undo: string }> {
  const sent = anna.write(id, 'with a file');
  const real = fetchOf(cloud);
  let undo = '';
  let isRestarted = false;
  anna.wire.fetch = async (input, init) => {
    if (!String(input).endsWith('/Send')) return real(input, init);
    if (undo === '') ({ undo } = await anna.delete(sent));
    if (restart && !isRestarted) {
      isRestarted = true;
      anna.restart();
      throw new TypeError('no network');
    }
    const value = create(BlobsMissingSchema, { blobIds: [new Uint8Array(32).fill(1)] });
    const said = create(SendResponseSchema, { result: { case: 'blobsMissing', value } });
    const body = toBinary(SendResponseSchema, said);
    return new Response(body as Uint8Array<ArrayBuffer>, {
      headers: { 'content-type': 'application/proto' },
    });
  };
  if (restart) await expect(sendStep(anna.ctx)).rejects.toThrow();
  await sendStep(anna.ctx);
  anna.wire.fetch = real;
  return { undo };
}

test('SYN-72 what the cloud did not take for want of its files is not kept once it is deleted', async () => {
  await deletedForWantOfFiles(true);
  expect(anna.store.get('SELECT 1 AS one FROM outbox')).toBeUndefined();
  await anna.exchange();
  await bob.exchange();
  expect([seenOf(anna), bob.texts(id), deleted(anna)]).toEqual([[[], 0], [], []]);
});

test('SYN-72 what the cloud did not take for want of its files goes out after Undo', async () => {
  const { undo } = await deletedForWantOfFiles(false);
  expect(seenOf(anna)).toEqual([[], 0]);
  expect(await undoDelete(anna.deleting, { undo })).toEqual({ messages: 1, newer: 0 });
  await anna.exchange();
  await bob.exchange();
  expect([seenOf(anna), bob.texts(id)]).toEqual([[['with a file'], 0], ['with a file']]);
});

test('OUT-31 what comes by mail before its answer is heard is shown and counted once, and goes on being asked for', async () => {
  const { sendId } = await comesBeforeItsAnswer('once');
  expect([seenOf(anna), anna.states(id)]).toEqual([[['once'], 0], ['sent']]);
  expect(getMessage(anna.store, Uint8Array.from(Buffer.from(sendId, 'hex')))).toBeUndefined();
  expect(listConversations(anna.store)[0]?.last?.state).toBe('sent');
  expect(shownIds(anna.store, Uint8Array.from(Buffer.from(id, 'hex')), 10)).toHaveLength(1);
  // It is not in the zone yet; no second one is only here.
  expect(onlyHere(anna.store).messages).toBe(1);
  // What was not asked for yet still waits.
  anna.write(id, 'next');
  expect([seenOf(anna), anna.states(id)]).toEqual([
    [['once', 'next'], 1],
    ['sent', 'waiting'],
  ]);
  anna.restart();
  // The answer says whom it did not reach.
  const accountId = bob.ctx.keys.get()!.accountId;
  tamper(cloud, anna, '/Send', SendResponseSchema, ({ result }) => {
    if (result.case !== 'accepted' || anna.states(id)[0] === 'failed') return;
    const missed = { accountId, reason: NotDeliveredReason.MAILBOX_FULL };
    result.value.notDelivered = [create(NotDeliveredSchema, missed)];
  });
  await sendStep(anna.ctx);
  expect([seenOf(anna), anna.states(id)]).toEqual([
    [['once', 'next'], 0],
    ['failed', 'sent'],
  ]);
});

test('OUT-31 deleted after it came, by whichever name the window knows it: it is one message, and Undo brings it back', async () => {
  for (const name of ['sendId', 'recordId'] as const) {
    const ids = await comesBeforeItsAnswer(name);
    const { undo, messages } = await anna.delete(ids[name]);
    expect([messages, seenOf(anna), deleted(anna)]).toEqual([1, [[], 0], [name]]);
    await sendStep(anna.ctx);
    expect([seenOf(anna), deleted(anna)]).toEqual([[[], 0], [name]]);
    expect(await undoDelete(anna.deleting, { undo })).toEqual({ messages: 1, newer: 0 });
    expect([anna.texts(id), deleted(anna)]).toEqual([[name], []]);
    await anna.delete(ids.recordId);
    await deleteForGood(anna.deleting, { ids: 'all' });
  }
});

for (const on of [true, false]) {
  test(`OUT-31 DEL-3 deleted for good after it came: it does not wait again, here or on another device (switch ${on ? 'on' : 'off'})`, async () => {
    setZoneState(anna.store, 'messages', { switch: on ? 'on' : 'off' });
    const { recordId } = await comesBeforeItsAnswer('gone');
    await anna.delete(recordId);
    await deleteForGood(anna.deleting, { ids: [recordId] });
    expect([seenOf(anna), deleted(anna), nextOutbox(anna.store)]).toEqual([[[], 0], [], undefined]);
    // By another device: a tombstone comes, with the next of the mail.
    const other = await comesBeforeItsAnswer('gone elsewhere');
    const bytes = Uint8Array.from(Buffer.from(other.recordId, 'hex'));
    deleteRecord(anna.store, 'messages', bytes, { push: false, byPerson: false, nowMs: 1 });
    anna.store.write(() => settleLongAsked(anna.ctx));
    expect([seenOf(anna), deleted(anna), nextOutbox(anna.store)]).toEqual([[[], 0], [], undefined]);
  });
}
