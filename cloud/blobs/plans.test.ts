import { expect, test } from 'vitest';
import { toHex } from '../../shared/crypto/bytes.ts';
import { openDatabase, type Reader } from '../storage/database.ts';
import { chunksQuery } from './get.ts';
import { deadQuery } from './keeper.ts';
import { hashesQuery, uploadCountQuery } from './put.ts';
import { uploadsQuery } from './state.ts';
import { createBlobUses, dueQuery, inZonesQuery, usesQuery, wholeQuery } from './uses.ts';

test('BLB-24 the queries of blobs run on their indexes and sort nothing', () => {
  const db = openDatabase(':memory:');
  const plan = (query: Parameters<typeof db.read.plan>[0]) => db.read.plan(query).join('; ');
  const ids = [new Uint8Array(32), new Uint8Array(32)];
  expect(plan(wholeQuery(db, ids))).toBe('SEARCH blob USING INDEX blob_whole (id=?)');
  expect(plan(uploadsQuery(db, 1, ids))).toBe('SEARCH blob USING INDEX blob_upload (uploader=? AND id=?)');
  const chunk =
    'SEARCH blob_chunk USING INDEX sqlite_autoindex_blob_chunk_1 (blob=? AND chunk>? AND chunk<?)';
  expect(plan(chunksQuery(db, 1, 0, 15))).toBe(chunk);
  expect(plan(hashesQuery(db, 1, 0, 15))).toBe(chunk);
  expect(plan(usesQuery(db, 1, [1, 2]))).toBe('SEARCH blob_use USING PRIMARY KEY (account=? AND blob=?)');
  expect(plan(inZonesQuery(db, 1, [1, 2]))).toBe(
    'SEARCH zone USING COVERING INDEX sqlite_autoindex_zone_1 (account=? AND kind>?); ' +
      'SEARCH blob_in_zone USING PRIMARY KEY (zone=? AND blob=?)',
  );
  expect(plan(uploadCountQuery(db, 1))).toBe(
    'SEARCH blob_use USING COVERING INDEX blob_use_by_reason (account=? AND reason=?)',
  );
  expect(plan(dueQuery(db, 5, 10))).toBe(
    'SEARCH blob_use USING COVERING INDEX blob_use_by_time (until_ms>? AND until_ms<?); SEARCH blob USING INTEGER PRIMARY KEY (rowid=?)',
  );
  expect(plan(deadQuery(db))).toContain('INDEX blob_dead');
  db.close();
});

test('BLB-24 however many blobs a push names, the statements that are made for it, and kept, are short and few', () => {
  const sqlite = openDatabase(':memory:');
  const { sql } = sqlite;
  const wraps = { password_wrap: new Uint8Array(1), recovery_wrap: new Uint8Array(1) };
  const keys = { recovery_key: new Uint8Array(32), sign_up_hash: new Uint8Array(32), opaque_record: '' };
  const account = { no: 1, id: new Uint8Array(16), handle: 'anna@example.org', ...wraps, ...keys };
  const ids = Array.from({ length: 1_050 }, (_, i) => {
    const id = new Uint8Array(32);
    new DataView(id.buffer).setUint32(0, i);
    return id;
  });
  const there = ids.filter((_, i) => i % 4 === 0);
  sqlite.transaction((write) => {
    write.run(
      sql.insertInto('account').values({ ...account, created_ms: 1, log_length: 1, epoch: 1, bytes_used: 0 }),
    );
    for (const [i, id] of there.entries()) {
      write.run(sql.insertInto('blob').values({ id, size: i + 1, received: i + 1, uploader: null }));
      const use = { account: 1, blob: i + 1, reason: 1, count: 0, until_ms: 1 };
      write.run(sql.insertInto('blob_use').values(use));
    }
  });
  const texts = new Set<string>();
  const reader: Reader = {
    ...sqlite.read,
    all: (query) => {
      texts.add(query.compile().sql);
      return sqlite.read.all(query);
    },
  };
  const uses = createBlobUses({
    db: sqlite,
    now: () => 0,
    holdsUntil: () => undefined,
    died: () => undefined,
  });
  for (let named = ids.length; named > 1_000; named--) {
    // Each twice, as records that are put anew with what they have named already.
    const reached = uses.reached(reader, 1, [...ids.slice(0, named), ...ids.slice(0, named)]);
    expect([...reached.keys()]).toEqual(there.slice(0, Math.ceil(named / 4)).map(toHex));
    expect([...reached.values()].every(({ own }) => own)).toBe(true);
  }
  expect(Math.max(...[...texts].map((text) => text.length))).toBeLessThan(1_000);
  expect(texts.size).toBeLessThan(100);
  sqlite.close();
});
