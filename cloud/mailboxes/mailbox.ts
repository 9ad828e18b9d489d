/**
 * A mailbox's own row, its cursors, and dropping what every active device has. A device is active here while it has a
 * cursor; without any, everything is kept for the next device that joins (SPEC MBX-5).
 */
import type { CloudContext } from '../context.ts';
import type { Database, Reader, Writer } from '../storage/database.ts';
import {
  cursorQuery,
  doneQuery,
  dropContentsQuery,
  dropEntriesQuery,
  headQuery,
  letGoQuery,
  lightenQuery,
  lowestCursorQuery,
} from './mailbox-queries.ts';

export const createMailbox = (write: Writer, db: Database, account: number): void => {
  write.run(
    db.sql.insertInto('mailbox').values({ account, head: 0, last_accepted_ms: 0, entries: 0, bytes: 0 }),
  );
};

/** A new device begins before the oldest entry that is kept. */
export const startCursor = (write: Writer, db: Database, account: number, device: Uint8Array): void => {
  const oldest = write.first(
    db.sql
      .selectFrom('mailbox_entry')
      .select('position')
      .where('account', '=', account)
      .orderBy('position')
      .limit(1),
  );
  const mailbox = write.first(headQuery({ account }));
  const position = oldest === undefined ? (mailbox?.head ?? 0) : oldest.position - 1;
  write.run(db.sql.insertInto('mailbox_cursor').values({ account, device, position }));
};

/** Neither removed nor signed out: both drop the cursor in their own transaction. */
export const hasCursor = (reader: Reader, account: number, device: Uint8Array): boolean =>
  reader.first(cursorQuery({ account, device })) !== undefined;

export const dropCursor = (write: Writer, ctx: Mail, account: number, device: Uint8Array): void => {
  write.run(
    ctx.db.sql.deleteFrom('mailbox_cursor').where('account', '=', account).where('device', '=', device),
  );
  dropAcknowledged(write, ctx, account);
};

type Mail = Pick<CloudContext, 'db' | 'blobs' | 'sizes'>;

/**
 * Drops what every active device has acknowledged. Contents go with the last mailbox that holds them; blobs that they name stay
 * for a while (blobs/uses.ts).
 */
export const dropAcknowledged = (write: Writer, { blobs, sizes }: Mail, account: number): number => {
  const lowest = write.first(lowestCursorQuery({ account }));
  if (lowest === undefined) return 0;
  let dropped = 0;
  for (;;) {
    const entries = write.all(doneQuery({ account, upTo: lowest.position, limit: sizes.droppedEntries }));
    const last = entries.at(-1);
    if (last === undefined) return dropped;
    const envelopes = entries.map(({ envelope }) => ({ no: envelope }));
    write.run(dropEntriesQuery({ account, upTo: last.position }));
    write.run(letGoQuery({}, envelopes));
    write.run(dropContentsQuery({}, envelopes));
    blobs.unsent(
      write,
      account,
      entries.map(({ sender, holders, blobs: named }) => ({ sender, blobs: named, gone: holders <= 1 })),
    );
    const bytes = entries.reduce((sum, entry) => sum + entry.size, 0);
    write.run(lightenQuery({ account, entries: entries.length, bytes }));
    dropped += entries.length;
  }
};
