import { afterEach, expect, test } from 'vitest';
import { recordHash } from '../../shared/crypto/zone-digest.ts';
import { decodePayload, encodePayload } from '../../shared/model/payload-codec.ts';
import { messagePage } from './message-pages.ts';
import { openStore, type Store } from './open.ts';
import { applyPulled } from './pulled.ts';
import { getPayload, getRecord } from './records.ts';
import { rereadNewer } from './reread.ts';
import { KEY, type Kit, kit, putConversation, putMessage, WITH_BOB } from './store.testkit.ts';

let k: Kit;
let store: Store | null = null;
afterEach(() => {
  store?.close();
  store = null;
  k.close();
});

const texts = (of: Store) =>
  messagePage(of, { conversation: WITH_BOB(), anchor: null, direction: 'older', limit: 10 }).messages.map(
    (one) => one.text,
  );

test('REC-16 REC-30 a message of a newer schema is kept as it came, and shown after the update', async () => {
  // A newer app's message: as one of this app, under schema 2.
  k = await kit();
  putConversation(k.store);
  const id = putMessage(k.store, 1);
  const newer = encodePayload({ ...getPayload(k.store, 'messages', id)!, schema: 2 });
  const [text] = texts(k.store);
  k.close();
  k = await kit();
  putConversation(k.store);
  const base = { rev: 1, epoch: 1, hint: 0, hash: recordHash(newer) };
  applyPulled(k.store, 'messages', [{ id, ...base, bytes: newer }], 1);
  expect(texts(k.store)).toEqual([]);
  expect(getRecord(k.store, 'messages', id)?.bytes).toEqual(newer);
  expect(rereadNewer(k.store)).toEqual([]);
  k.store.close();
  store = openStore({ path: k.path, key: KEY, schema: 2 });
  expect(texts(store)).toEqual([]);
  expect(rereadNewer(store)).toEqual([{ zone: 'messages', id }]);
  expect(texts(store)).toEqual([text]);
  expect(getRecord(store, 'messages', id)?.bytes).toEqual(newer);
  expect(decodePayload(newer, 2).raw).toBeUndefined();
  // Once.
  expect(rereadNewer(store)).toEqual([]);
});
