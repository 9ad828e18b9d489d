import { afterEach, beforeEach, expect, test } from 'vitest';
import { recordHash } from '../../shared/crypto/zone-digest.ts';
import { newPayload } from '../../shared/model/payload.ts';
import { encodePayload } from '../../shared/model/payload-codec.ts';
import { setLocalClear } from './local-deletes.ts';
import { applyPulled, oldestFirst, type Pulled } from './pulled.ts';
import { bytes16, type Kit, kit, message, putConversation, putMessage, WITH_BOB } from './store.testkit.ts';
import { KIND } from './values.ts';

let k: Kit;
beforeEach(async () => {
  k = await kit();
  putConversation(k.store);
});
afterEach(() => k.close());

const TEXT = 'as long as what people write to each other on most days '.repeat(6);

function pulled(n: number): Pulled {
  const payload = message(n, { text: TEXT });
  const base = { rev: 1, epoch: 1, hint: 1, hash: recordHash(bytes16(n)) };
  return { id: bytes16(n), ...base, bytes: encodePayload(payload), payload, fresh: true };
}

const pages = () => k.store.db.pragma('page_count', { simple: true }) as number;

test('STO-94 pages of a first sync that come newest first leave a file of full pages', () => {
  const SIZE = 250;
  for (let newest = 2_000; newest > 0; newest -= SIZE) {
    const page = Array.from({ length: SIZE }, (_, index) => pulled(newest - index));
    applyPulled(k.store, 'messages', oldestFirst(page), 1);
  }
  const made = pages();
  k.store.db.exec('VACUUM');
  expect(made).toBeLessThan(1.25 * pages());
});

test('STO-94 only messages that stand together change places', () => {
  const other: Pulled = {
    id: bytes16(0xfff0),
    rev: 1,
    epoch: 1,
    hint: 1,
    hash: recordHash(bytes16(0xfff0)),
    bytes: new Uint8Array(0),
    payload: newPayload(KIND.conversation),
  };
  const gone: Pulled = { id: bytes16(0xfff1), rev: 1, epoch: 1, proof: new Uint8Array(1), gone: true };
  const coreless: Pulled = { ...other, id: bytes16(0xfff2), payload: newPayload(KIND.message) };
  const [one, two, three, four] = [pulled(1), pulled(2), pulled(3), pulled(4)] as const;
  expect(oldestFirst([other, four, three, gone, two, one, coreless])).toEqual([
    other,
    three,
    four,
    gone,
    one,
    two,
    coreless,
  ]);
});

test('DEL-31 what the zone brings at a later time had been deleted on this device alone, and is said so', () => {
  const later = (n: number): Pulled => {
    const payload = message(n, { acceptedMs: 2_000_000 });
    const base = { rev: 1, epoch: 1, hint: 1, hash: recordHash(bytes16(n)) };
    return { id: bytes16(n), ...base, bytes: encodePayload(payload), payload };
  };
  const all = Array.from({ length: 32 }, (_, index) => index + 1);
  for (const n of all) putMessage(k.store, n);
  // Of the second half nothing was deleted.
  const mark = { upToMs: 1_000_016, upToGuid: bytes16(16), deletedMs: 3_000_000 };
  setLocalClear(k.store, { conversation: WITH_BOB(), ...mark });
  const { coreConflicts, uncovered } = applyPulled(k.store, 'messages', all.map(later), 1);
  expect(coreConflicts).toHaveLength(32);
  const moved = all.filter(
    (n) =>
      n <= 16 &&
      k.store.get('SELECT 1 AS one FROM message WHERE id = ? AND accepted_ms = 2000000', bytes16(n)),
  );
  expect(moved.length).toBeGreaterThan(0);
  expect(uncovered).toEqual(moved.map((n) => ({ id: bytes16(n), deletedMs: 3_000_000, here: true })));
});
