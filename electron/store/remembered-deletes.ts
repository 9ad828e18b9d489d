/**
 * A delete for all devices, and a Recover of one, outlive the message's content on this device (SPEC DEL-6, decision 0081).
 *
 * Content that goes from this device alone (Delete Now, thirty days or Keep Messages with the switch off) takes its record's registers along.
 * All of them come back with the message from whoever still has it, but one: that it was deleted may be known here alone, since it had not gone
 * up, or the cloud's copy was purged before others heard of it. So that register is kept, by the message's name and without a word of it, and is
 * merged into the message when it comes again, as if it had never gone.
 *
 * The same where a newer app's version, which cannot be read here, takes the record's place (DEL-20): then until this app is updated and reads it.
 *
 * Kept for good, as a tombstone is: the device that brings the message back may have been off for years.
 */
import { EMPTY } from '../../shared/crypto/bytes.ts';
import { mergePayloads } from '../../shared/model/merge.ts';
import { messageName, readMessage } from '../../shared/model/message.ts';
import {
  getRegister,
  isNewerSchema,
  newPayload,
  type Payload,
  PayloadError,
  type Register,
} from '../../shared/model/payload.ts';
import { decodePayload, encodePayload } from '../../shared/model/payload-codec.ts';
import { MessageField } from '../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import type { Store } from './open.ts';
import { KIND, plain } from './values.ts';

/** A message's sender and guid, one behind the other. */
export const rememberedName = (sender: Uint8Array, guid: Uint8Array): Uint8Array =>
  plain(Buffer.concat(messageName(plain(sender), plain(guid))));

/** The content of a message goes from this device alone, or out of its sight. In that transaction. */
export function rememberDelete(store: Store, content: Payload): void {
  const name = nameOf(content);
  const register = name === null ? undefined : getRegister(content, MessageField.DELETED);
  if (name !== null && register !== undefined) rememberDeleteBy(store, name, register);
}

/** Deleted for all devices where the record cannot be written to: it was written by a newer app, and shows as it was known last. In the caller's transaction. */
export function rememberDeleteOf(
  store: Store,
  { sender, guid }: { sender: Uint8Array; guid: Uint8Array },
  register: Register,
): void {
  rememberDeleteBy(store, rememberedName(sender, guid), register);
}

/**
 * The same of a message whose content is not here, by its `rememberedName`. `answered`: a person has said just now that it is
 * deleted everywhere. In the caller's transaction.
 */
export function rememberDeleteBy(store: Store, name: Uint8Array, register: Register, answered = false): void {
  const now: Payload = { ...newPayload(KIND.message), registers: [{ ...register, key: EMPTY }] };
  const before = read(store, name);
  store.run(
    `INSERT INTO remembered_delete (name, payload, answered) VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET payload = excluded.payload, answered = max(answered, excluded.answered)`,
    name,
    encodePayload(before === null ? now : mergePayloads(before, now)),
    answered ? 1 : 0,
  );
  store.memory.rememberedDeletesChanged();
}

/**
 * What was answered so of messages that nobody here has: `put` gives each its record, which says it to the other devices and waits for its message (true), or
 * leaves it as it is. In the caller's transaction.
 */
export function tellAnswered(
  store: Store,
  put: (message: { sender: Uint8Array; guid: Uint8Array }, payload: Payload) => boolean,
): void {
  if (!store.memory.anyRememberedDelete) return;
  const rows = store.all<{ name: Uint8Array; payload: Uint8Array }>(
    'SELECT name, payload FROM remembered_delete WHERE answered = 1',
  );
  for (const { name, payload } of rows) {
    const message = { sender: plain(name.subarray(0, 16)), guid: plain(name.subarray(16)) };
    if (!put(message, decodePayload(plain(payload), store.schema))) continue;
    store.run('DELETE FROM remembered_delete WHERE name = ?', name);
  }
  store.memory.rememberedDeletesChanged();
}

/** What is to be merged into a message that is here again, and is remembered no more: from now on its record says it. Null: nothing. */
export function takeRememberedDelete(store: Store, message: Payload): Payload | null {
  if (!store.memory.anyRememberedDelete) return null;
  const name = nameOf(message);
  const found = name === null ? null : read(store, name);
  if (found === null) return null;
  store.run('DELETE FROM remembered_delete WHERE name = ?', name);
  store.memory.rememberedDeletesChanged();
  return found;
}

function read(store: Store, name: Uint8Array): Payload | null {
  const row = store.get<{ payload: Uint8Array }>(
    'SELECT payload FROM remembered_delete WHERE name = ?',
    name,
  );
  return row === undefined ? null : decodePayload(plain(row.payload), store.schema);
}

/** Null where there is no message in it, or one that a newer app alone may write to: then it stays remembered. */
function nameOf(payload: Payload): Uint8Array | null {
  if (payload.kind !== KIND.message || isNewerSchema(payload)) return null;
  try {
    const message = readMessage(payload);
    return message === null ? null : rememberedName(message.sender, message.guid);
  } catch (error) {
    if (error instanceof PayloadError) return null;
    throw error;
  }
}
