import { expect, test } from 'vitest';
import { openDatabase } from '../storage/database.ts';
import { chunksQuery } from './get.ts';
import { deadQuery } from './keeper.ts';
import { hashesQuery, uploadCountQuery } from './put.ts';
import { uploadsQuery } from './state.ts';
import { dueQuery, inZonesQuery, usesQuery, wholeQuery } from './uses.ts';

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
