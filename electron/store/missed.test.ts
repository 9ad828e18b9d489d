/** Whom an own message did not reach, as the window reads it; kept through an update of the app and the loss of the record's page. */
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withDelivered, withNotDelivered } from '../../shared/model/not-delivered.ts';
import { encodePayload } from '../../shared/model/payload-codec.ts';
import { listConversations } from './conversations.ts';
import type { Row } from './damage/keepsake.ts';
import { messageAgain } from './damage/rebuild.ts';
import { messagePage } from './message-pages.ts';
import { migrate } from './migrate.ts';
import { packMissed, unpackMissed } from './missed.ts';
import { putMerged } from './records.ts';
import { readMissed } from './reread.ts';
import { BOB, bytes16, type Kit, kit, ME, message, putConversation, WITH_BOB } from './store.testkit.ts';

const CAROL = bytes16(0xca);
let k: Kit;
beforeEach(async () => {
  k = await kit();
  putConversation(k.store);
});
afterEach(() => k.close());

const own = (n: number) => message(n, { sender: ME, text: `own ${n}` });
const put = (n: number, payload = own(n)) =>
  putMerged(k.store, 'messages', bytes16(n), payload, { dirty: false });
const items = () =>
  messagePage(k.store, { conversation: WITH_BOB(), anchor: null, direction: 'older', limit: 10 }).messages;

test('OUT-36 it shows in the conversation and in the list, until all have got it', () => {
  put(1, withNotDelivered(withNotDelivered(own(1), BOB, 'mailboxFull'), CAROL, 'noAccount'));
  const missed = [
    { account: BOB, why: 'mailboxFull' },
    { account: CAROL, why: 'noAccount' },
  ];
  expect(items()).toMatchObject([{ state: 'failed', failure: 'mailboxFull', missed, isLeftHere: false }]);
  expect(listConversations(k.store)[0]?.last?.state).toBe('failed');
  put(1, withDelivered(own(1), BOB));
  expect(items()).toMatchObject([{ state: 'failed', failure: 'noAccount' }]);
  put(1, withDelivered(own(1), CAROL));
  expect(items()).toMatchObject([{ state: 'sent', failure: null, missed: [] }]);
  expect(listConversations(k.store)[0]?.last?.state).toBe('sent');
});

test('OUT-36 of somebody else’s message it says nothing, whoever wrote that into its record', () => {
  put(1, withNotDelivered(message(1), BOB, 'refused'));
  expect(items()).toMatchObject([{ state: 'received', missed: [] }]);
});

test('OUT-36 what an older app kept and did not show is found by the update, and read', () => {
  put(1, withNotDelivered(own(1), BOB, 'mailboxFull'));
  put(2);
  k.store.run('UPDATE message SET missed = NULL');
  // The step itself, over these records.
  const db = new Sqlite(':memory:');
  migrate(db, 90);
  for (const [rid, payload] of [
    [1, withNotDelivered(own(1), BOB, 'mailboxFull')],
    [2, own(2)],
  ] as const) {
    db.prepare('INSERT INTO record (rid, zone, id, kind, payload) VALUES (?, 2, ?, 1, ?)').run(
      rid,
      bytes16(rid),
      encodePayload(payload),
    );
    db.prepare(
      `INSERT INTO message (rid, cid, id, guid, sender, mine, accepted_ms, sent_ms, service, shown, reactions, text, attachments)
       VALUES (?, 1, ?, ?, ?, 1, 1, 1, 1, 1, 0, '', 0)`,
    ).run(rid, bytes16(rid), bytes16(rid), ME);
  }
  migrate(db);
  const marked = db.prepare('SELECT length(missed) AS n FROM message ORDER BY rid').all();
  db.close();
  expect(marked).toEqual([{ n: 0 }, { n: null }]);
  // And the start after it.
  k.store.run("UPDATE message SET missed = x''");
  expect(items().map(({ state }) => state)).toEqual(['sent', 'sent']);
  k.store.write(() => readMissed(k.store));
  expect(items().map(({ state }) => state)).toEqual(['failed', 'sent']);
  expect(k.store.get("SELECT 1 AS one FROM message WHERE missed = x''")).toBeUndefined();
});

test('OUT-36 DMG-6 a record made again from what the window read says the same, byte for byte', () => {
  const payload = withNotDelivered(withNotDelivered(own(1), BOB, 'mailboxFull'), CAROL, 'noAccount');
  put(1, payload);
  const row = k.store.get<Row>('SELECT * FROM message');
  expect(encodePayload(messageAgain(row ?? {}, WITH_BOB(), [], [])!)).toEqual(encodePayload(payload));
});

test('OUT-36 what is packed for a row comes back, those that have got it left out', () => {
  const said = [
    { account: BOB, why: 'refused' as const },
    { account: CAROL, why: null },
    { account: ME, why: 'noAccount' as const },
  ];
  expect(unpackMissed(packMissed(said))).toEqual([said[0], said[2]]);
  expect([packMissed([said[1]!]), unpackMissed(null)]).toEqual([null, []]);
});
