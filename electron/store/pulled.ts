/**
 * What the cloud gave: pages of changes and of the first sync. One call, one transaction, about a thousand records.
 *
 * Pulling merges. When the merge is what the cloud has, nothing is to be pushed; otherwise the record is dirty. Ciphertext was opened
 * and tombstones were proven by the caller; `bytes` are the plaintext as it came.
 */
import { readConversation, readConversationRegisters } from '../../shared/model/conversation.ts';
import { mergePayloads } from '../../shared/model/merge.ts';
import { equalPayloads, getRegister, isNewerSchema, type Payload } from '../../shared/model/payload.ts';
import { decodePayload } from '../../shared/model/payload-codec.ts';
import type { Watermark } from '../../shared/model/values.ts';
import { compareWatermarks } from '../../shared/model/watermarks.ts';
import { ConversationField } from '../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { moved, type Uncovered } from './covered.ts';
import { getDirty, markDirty } from './dirty.ts';
import { getIdentity } from './identity.ts';
import { noteLetGo } from './let-go.ts';
import { dropAgain } from './local-deletes.ts';
import type { Store } from './open.ts';
import { project } from './project.ts';
import { placeOf } from './project-message.ts';
import {
  type Base,
  changeBase,
  dropContent,
  insertRecord,
  putMerged,
  recordRow,
  replaceContent,
  tombstoneBase,
  tryInsertRecord,
} from './records.ts';
import { takeRememberedDelete } from './remembered-deletes.ts';
import { KIND, plain, sameBytes, ZONE_NUMBER, type ZoneName } from './values.ts';

export type PulledRecord = {
  id: Uint8Array;
  rev: number;
  epoch: number;
  hint: number;
  /** `recordHash(ct)`. */
  hash: Uint8Array;
  bytes: Uint8Array;
  /** Ids of the blobs that the record names at the cloud. The cloud's word. */
  blobs?: readonly Uint8Array[];
  /** `bytes` decoded, where the caller has it. */
  payload?: Payload;
  /** The caller has looked, and there was none: inserting is tried first. */
  fresh?: boolean;
};
export type PulledTombstone = { id: Uint8Array; rev: number; epoch: number; proof: Uint8Array; gone: true };
export type Pulled = PulledRecord | PulledTombstone;

export type PulledResult = {
  applied: number;
  /** Merged with local changes that the cloud does not have: pushed next. */
  stillDirty: number;
  coreConflicts: Uint8Array[];
  /** Messages that such a conflict moved out of their conversation's delete (SPEC DEL-31). */
  uncovered: (Uncovered & { id: Uint8Array })[];
  /** Deleted for good elsewhere while this device had changes to push (a Recover that lost, say). */
  lost: { id: Uint8Array; kind: number; content: Uint8Array | null }[];
  /** Conversations that two devices deleted without knowing of each other, and of which the merge has the lesser: what the other said. */
  lowered: { id: Uint8Array; upTo: Watermark; deletedMs: number }[];
  /** Deletes of conversations that reach further than was known here. `from`: what is later was not deleted before; null: nothing was. */
  marks: { conversation: Uint8Array; from: Watermark | null; deletedMs: number }[];
};

/**
 * A first sync's page in the order in which it is written: where messages stand together, the oldest of them first. It comes newest
 * first, and rows that are put one before the other leave every page of the file half empty: twice the file, twice the log.
 */
export function oldestFirst(items: readonly Pulled[]): Pulled[] {
  const ordered: Pulled[] = [];
  let messages: { item: Pulled; ms: number }[] = [];
  const settle = (): void => {
    for (const { item } of messages.sort((a, b) => a.ms - b.ms)) ordered.push(item);
    messages = [];
  };
  for (const item of items) {
    const place = 'gone' in item || item.payload?.kind !== KIND.message ? null : placeOf(item.payload);
    if (place !== null) {
      messages.push({ item, ms: place.ms });
      continue;
    }
    settle();
    ordered.push(item);
  }
  settle();
  return ordered;
}

export function applyPulled(
  store: Store,
  zone: ZoneName,
  items: readonly Pulled[],
  nowMs: number,
): PulledResult {
  const result: PulledResult = {
    applied: 0,
    stillDirty: 0,
    coreConflicts: [],
    uncovered: [],
    lost: [],
    lowered: [],
    marks: [],
  };
  return store.write(() => {
    let gone = 0;
    for (const item of items) {
      if ('gone' in item) gone += applyTombstone(store, zone, item, nowMs, result) ? 1 : 0;
      else {
        const closed = applyRecord(store, zone, item, result);
        if (zone === 'messages') {
          if (!closed) applyRemembered(store, item, result);
          dropAgain(store, item.id);
        }
      }
      result.applied += 1;
    }
    noteLetGo(store, 'tombstone', gone, nowMs);
    return result;
  });
}

/** True: what is here now was written by a newer app, and is not written to. */
function applyRecord(store: Store, zone: ZoneName, item: PulledRecord, result: PulledResult): boolean {
  const { id } = item;
  const base: Base = { rev: item.rev, epoch: item.epoch, hint: item.hint, hash: item.hash };
  const theirs = item.payload ?? decodePayload(item.bytes, store.schema);
  if (item.fresh === true) {
    const rid = tryInsertRecord(store, zone, id, theirs, item.bytes, base);
    if (rid !== null) {
      project(store, zone, id, rid, theirs, null);
      noteMark(null, theirs, result);
      return isNewerSchema(theirs);
    }
  }
  const row = recordRow(store, zone, id);
  if (row === undefined) {
    const rid = insertRecord(store, zone, id, theirs, item.bytes, base);
    project(store, zone, id, rid, theirs, null);
    noteMark(null, theirs, result);
    return isNewerSchema(theirs);
  }
  changeBase(store, zone, id, row, base, null);
  if (row.gone === 1) {
    // Gone is for good: the cloud does not know it yet, or forgot it. Tell it (again).
    if (getDirty(store, zone, id) === undefined) markDirty(store, zone, id, 'delete');
    result.stillDirty += 1;
    return false;
  }
  const ours = row.payload === null ? null : decodePayload(plain(row.payload), store.schema);
  // A newer schema is not merged here: what the cloud has stays, or an old version would be written over it (decision 0010).
  const merged =
    ours === null || isNewerSchema(theirs) ? { ...theirs, coreConflict: false } : mergePayloads(ours, theirs);
  if (merged.coreConflict) result.coreConflicts.push(id);
  // Whoever writes a mark has met what the cloud had by then. Without words of its own, what this device knows of before is over, and may have been
  // taken back meanwhile.
  if (
    ours !== null &&
    merged.kind === KIND.conversation &&
    getDirty(store, zone, id) !== undefined &&
    isOwnMark(store, ours)
  )
    noteLowered(id, [ours, theirs], merged, result);
  noteMark(ours, merged, result);
  if (ours === null || !equalPayloads(ours, merged)) {
    const uncovered = moved(store, row, { conflict: merged.coreConflict, gone: ours === null }, () =>
      replaceContent(store, zone, id, row, ours, merged),
    );
    if (uncovered !== null) result.uncovered.push({ id, ...uncovered });
  }
  if (equalPayloads(theirs, merged)) {
    store.run('DELETE FROM dirty WHERE zone = ? AND id = ?', ZONE_NUMBER[zone], id);
  } else {
    result.stillDirty += 1;
    if (getDirty(store, zone, id) === undefined) markDirty(store, zone, id, 'put');
  }
  return isNewerSchema(merged);
}

/** It was deleted, or recovered, before its content went from this device: so it still is (SPEC DEL-6). */
function applyRemembered(store: Store, { id, payload, bytes }: PulledRecord, result: PulledResult): void {
  if (!store.memory.anyRememberedDelete) return;
  const remembered = takeRememberedDelete(store, payload ?? decodePayload(bytes, store.schema));
  if (remembered === null) return;
  // Of one that is gone for good nothing changes.
  if (putMerged(store, 'messages', id, remembered, { dirty: true }).changed) result.stillDirty += 1;
}

/** It was deleted on this device: what others deleted they know best, and may have taken back. */
function isOwnMark(store: Store, ours: Payload): boolean {
  const own = getIdentity(store)?.deviceId;
  const mark = getRegister(ours, ConversationField.CLEARED_UP_TO);
  return own !== undefined && mark !== undefined && sameBytes(mark.device, own);
}

/**
 * Of two deletes of one conversation the later one wins its register, and may reach less far: its device had not seen the newest messages yet.
 * What either deleted stays deleted, whatever their dates: a delete on one device alone is written with its old date when the switch goes on, and
 * a clock that was ahead once stamps it later than all. A mark that somebody took back (Undo, Recover) is not of this kind: it is none, or what
 * Undo put back, and then it stands against the delete that was undone, which is younger (SPEC DEL-34).
 */
function noteLowered(id: Uint8Array, known: readonly Payload[], merged: Payload, result: PulledResult): void {
  const now = readConversationRegisters(merged).clearedUpTo;
  if (now === null) return;
  for (const one of known) {
    const before = readConversationRegisters(one).clearedUpTo;
    if (before === null || compareWatermarks(before.upTo, now.upTo) <= 0) continue;
    if (now.restored && before.deletedMs > now.deletedMs) continue;
    result.lowered.push({ id, upTo: before.upTo, deletedMs: Math.max(before.deletedMs, now.deletedMs) });
  }
}

function noteMark(ours: Payload | null, merged: Payload, { marks }: PulledResult): void {
  if (merged.kind !== KIND.conversation) return;
  const read = readConversation(merged);
  if (read === null || read.clearedUpTo === null) return;
  const from = ours === null ? null : (readConversationRegisters(ours).clearedUpTo?.upTo ?? null);
  const { upTo, deletedMs } = read.clearedUpTo;
  if (from !== null && compareWatermarks(upTo, from) <= 0) return;
  marks.push({ conversation: read.guid, from, deletedMs });
}

/** True: a message went with it that was here. */
function applyTombstone(
  store: Store,
  zone: ZoneName,
  item: PulledTombstone,
  nowMs: number,
  result: PulledResult,
): boolean {
  const { id } = item;
  const base = tombstoneBase(item.rev, item.epoch);
  const row = recordRow(store, zone, id);
  if (row === undefined) {
    store.run(
      `INSERT INTO record (rid, zone, id, kind, gone, rev, epoch, hint, hash, proof, gone_ms)
       VALUES (?, ?, ?, 0, 1, ?, ?, 0, ?, ?, ?)`,
      store.memory.smallRid(),
      ZONE_NUMBER[zone],
      id,
      base.rev,
      base.epoch,
      base.hash,
      item.proof,
      nowMs,
    );
    store.memory.changeDigest(ZONE_NUMBER[zone]).add(id, base.rev, base.hash!);
    return false;
  }
  const dirty = getDirty(store, zone, id);
  if (dirty !== undefined) {
    if (dirty.op === 'put') {
      result.lost.push({ id, kind: row.kind, content: row.payload === null ? null : plain(row.payload) });
    }
    store.run('DELETE FROM dirty WHERE zone = ? AND id = ?', ZONE_NUMBER[zone], id);
  }
  const goes = row.gone === 0 && row.kind === KIND.message && row.payload !== null;
  if (row.gone === 0) dropContent(store, row, nowMs);
  changeBase(store, zone, id, row, base, item.proof);
  return goes;
}
