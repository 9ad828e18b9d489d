/**
 * The raw limit: the same bytes, read from the cloud's file, decrypted and inserted by a bare loop, without network, merging, checks or
 * resumption. `tables`: into the app's own tables and search index; otherwise one table of blobs.
 */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openStore } from '../../electron/store/open.ts';
import { messageRid } from '../../electron/store/rid.ts';
import { indexAll } from '../../electron/store/search-build.ts';
import { SearchIndexWriter, searchIndexPath } from '../../electron/store/search-index.ts';
import { openRecord } from '../../shared/crypto/records.ts';
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import { readMessage } from '../../shared/model/message.ts';
import { decodePayload } from '../../shared/model/payload-codec.ts';
import { Kind } from '../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { readAccount } from '../prepare/account.ts';
import { finish, input } from '../support/child.ts';
import { KEY } from '../support/device.ts';
import { temporaryFolder } from '../support/folder.ts';

const { folder, tables } = input<{ folder: string; tables: boolean }>();
const account = readAccount(folder);
const key = Buffer.from(account.zoneKey, 'hex');
const me = Buffer.from(account.accountId, 'hex');
await sodiumReady();
const cloud = new Database(join(folder, 'cloud.db'), { readonly: true });
const store = openStore({ path: join(temporaryFolder('raw'), 'raw.db'), key: KEY });
store.db.pragma('synchronous = NORMAL');

type Row = { id: Buffer; rev: number; epoch: number; ct: Buffer };
const rows = cloud
  .prepare<[], Row>(
    `SELECT r.id, r.rev, r.epoch, r.ct FROM record r JOIN zone z ON z.no = r.zone
     WHERE z.kind = 2 AND r.ct IS NOT NULL ORDER BY r.rank, r.id`,
  )
  .iterate();

let write: (id: Buffer, bytes: Uint8Array) => void;
if (tables) {
  const record = store.db.prepare(
    'INSERT OR IGNORE INTO record (rid, zone, id, kind, rev, epoch, hint, hash, payload) VALUES (?, 2, ?, ?, 1, 1, 0, ?, ?)',
  );
  const message = store.db.prepare(
    `INSERT INTO message (rid, cid, id, guid, sender, mine, accepted_ms, sent_ms, service, shown, reactions, text)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, 1, 0, ?)`,
  );
  const cids = new Map<string, number>();
  const hash = Buffer.alloc(32);
  let small = 1;
  write = (id, bytes) => {
    const payload = decodePayload(bytes);
    const one = payload.kind === Kind.MESSAGE ? readMessage(payload) : null;
    if (one === null) {
      record.run(small++, id, payload.kind, hash, bytes);
      return;
    }
    let rid = messageRid(one.acceptedMs);
    while (record.run(rid, id, payload.kind, hash, bytes).changes === 0) rid += 1;
    const conversation = Buffer.from(one.conversation).toString('latin1');
    const cid = cids.get(conversation) ?? cids.size + 1;
    cids.set(conversation, cid);
    const mine = me.equals(one.sender) ? 1 : 0;
    message.run(rid, cid, id, one.guid, one.sender, mine, one.acceptedMs, one.sentMs, one.text);
  };
} else {
  store.db.exec('CREATE TABLE raw (no INTEGER PRIMARY KEY, id BLOB, bytes BLOB) STRICT');
  const insert = store.db.prepare('INSERT INTO raw (id, bytes) VALUES (?, ?)');
  write = (id, bytes) => insert.run(id, bytes);
}

const began = performance.now();
let count = 0;
store.db.exec('BEGIN');
for (const { id, rev, epoch, ct } of rows) {
  write(id, openRecord({ zoneKey: key, zone: 2, generation: 1, id, rev, epoch, ct }));
  count += 1;
  if (count % 1000 === 0) store.db.exec('COMMIT; BEGIN');
}
store.db.exec('COMMIT');
if (tables) {
  store.run('UPDATE search_block SET messages = ?', account.count);
  store.memory.search.divide();
  const index = SearchIndexWriter.open(searchIndexPath(store.path), KEY);
  indexAll(store, index);
  index.settle();
  index.close();
}
store.checkpoint();
const seconds = (performance.now() - began) / 1000;
store.close();
cloud.close();
finish({ seconds, perSecond: account.count / seconds });
