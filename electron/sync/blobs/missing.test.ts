/** Records that do not name their message's blobs, one after the other, without a cloud. */
import { afterEach, expect, test } from 'vitest';
import { encodePayload } from '../../../shared/model/payload-codec.ts';
import { updateBlob } from '../../store/blobs.ts';
import { clean, type Dirty, getDirty } from '../../store/dirty.ts';
import { applyPulled, type PulledRecord } from '../../store/pulled.ts';
import { deleteForGood } from '../../store/records.ts';
import { bytes16, type Kit, kit, message, putConversation } from '../../store/store.testkit.ts';
import { setZoneState } from '../../store/zone-state.ts';
import { SIZES } from '../sizes.ts';
import { forgetRevs } from '../zones/forget.ts';
import { blobsMissing, nameAgain, wasNamed } from './missing.ts';

let k: Kit;
afterEach(() => k.close());

/** A message with a file, and what happens when versions of its record come that name these blobs. */
async function scene() {
  k = await kit();
  const { store } = k;
  putConversation(store);
  setZoneState(store, 'messages', { extra: { largestBlob: 1_000_000 } });
  const blobId = new Uint8Array(32).fill(3);
  const file = {
    blobId,
    key: new Uint8Array(32).fill(4),
    suite: 1,
    size: 10,
    name: 'a.txt',
    mediaType: 'text/plain',
    width: 0,
    height: 0,
    durationMs: 0,
    thumbnail: new Uint8Array(),
  };
  const id = bytes16(1);
  const payload = message(1, { attachments: [file] });
  const bytes = encodePayload(payload);
  const signals: unknown[] = [];
  const ctx = { store, clock: { now: () => 5 }, signal: (one: unknown) => signals.push(one) };
  const waits = () => getDirty(store, 'messages', id)?.op;
  const comes = (rev: number, blobs: Uint8Array[] = []) =>
    store.write(() => {
      const hash = new Uint8Array(32).fill(rev);
      const item: PulledRecord = { id, rev, epoch: 1, hint: 7, hash, bytes, payload, blobs };
      applyPulled(store, 'messages', [item], 5);
      nameAgain(ctx as never, item);
      return waits();
    });
  return { store, ctx, id, blobId, signals, waits, comes };
}

test('ATT-16 it is put again until the cloud has accepted it once, also when another device’s versions come in between', async () => {
  const { store, ctx, id, blobId, signals, comes } = await scene();
  // Not here: it is named once the file has come.
  expect(comes(1)).toBeUndefined();
  store.write(() => updateBlob(store, blobId, { here: true }));
  expect(comes(2)).toBe('put');
  // Equal to what is here: nothing but the blob's name is left to push, and it is still left.
  expect(comes(3)).toBe('put');
  store.write(() => blobsMissing(ctx as never, [blobId]));
  expect(comes(4)).toBe('put');
  store.write(() => wasNamed(store, id));
  // Whatever it says afterwards.
  expect(comes(5)).toBeUndefined();
  expect(comes(6, [blobId])).toBeUndefined();
  expect(signals).toContainEqual({ type: 'dirty', zone: 'messages' });
});

test('ATT-16 when the cloud was put back, what it had accepted before is not what it has: it is put again, once', async () => {
  const { store, ctx, id, blobId, comes } = await scene();
  comes(1);
  store.write(() => updateBlob(store, blobId, { here: true }));
  expect(comes(2)).toBe('put');
  const accepted = () =>
    store.write(() => {
      wasNamed(store, id);
      const { change } = getDirty(store, 'messages', id) as Dirty;
      clean(store, 'messages', id, change);
    });
  accepted();
  expect(comes(3)).toBeUndefined();
  const zone = { ...ctx, ahead: { clear: () => {} }, timers: { breathe: async () => {} }, sizes: SIZES };
  await forgetRevs(zone as never, 'messages');
  // Everything here is offered to it; what it has already is taken over with its version.
  expect(comes(1)).toBe('put');
  accepted();
  expect(comes(2)).toBeUndefined();
});

test('DEL-3 ATT-16 what was deleted for good is not put again for its blobs: its delete keeps its place among what is to be pushed', async () => {
  const { store, id, blobId, waits, comes } = await scene();
  comes(1, [blobId]);
  store.write(() => updateBlob(store, blobId, { here: true }));
  deleteForGood(store, 'messages', id, { push: true, byPerson: true, nowMs: 6 });
  expect(waits()).toBe('delete');
  // Another device, of an older app, has changed it meanwhile.
  expect(comes(2)).toBe('delete');
});
