/**
 * A mailbox's own row, its cursors, and dropping what every active device has. A device is active here while it has a
 * cursor; without any, everything is kept for the next device that joins (SPEC MBX-5).
 */
import type { CloudContext } from '../context.ts';
import type { Database, Writer } from '../storage/database.ts';

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
  const mailbox = write.first(db.sql.selectFrom('mailbox').select('head').where('account', '=', account));
  const position = oldest === undefined ? (mailbox?.head ?? 0) : oldest.position - 1;
  write.run(db.sql.insertInto('mailbox_cursor').values({ account, device, position }));
};

export const dropCursor = (write: Writer, ctx: Mail, account: number, device: Uint8Array): void => {
  write.run(
    ctx.db.sql.deleteFrom('mailbox_cursor').where('account', '=', account).where('device', '=', device),
  );
  dropAcknowledged(write, ctx, account);
};

type Mail = Pick<CloudContext, 'db' | 'blobs'>;

const DROPPED_AT_ONCE = 500;

/**
 * Drops what every active device has acknowledged. Contents go with the last mailbox that holds them; blobs that they name stay
 * for a while (blobs/uses.ts).
 */
export const dropAcknowledged = (write: Writer, { db, blobs }: Mail, account: number): number => {
  const lowest = write.first(
    db.sql
      .selectFrom('mailbox_cursor')
      .select('position')
      .where('account', '=', account)
      .orderBy('position')
      .limit(1),
  );
  if (lowest === undefined) return 0;
  let dropped = 0;
  for (;;) {
    const entries = write.all(
      db.sql
        .selectFrom('mailbox_entry')
        .innerJoin('envelope', 'envelope.no', 'mailbox_entry.envelope')
        .select([
          'mailbox_entry.position',
          'mailbox_entry.envelope',
          'mailbox_entry.size',
          'envelope.sender',
          'envelope.holders',
          'envelope.blobs',
        ])
        .where('mailbox_entry.account', '=', account)
        .where('mailbox_entry.position', '<=', lowest.position)
        .orderBy('mailbox_entry.position')
        .limit(DROPPED_AT_ONCE),
    );
    const last = entries.at(-1);
    if (last === undefined) return dropped;
    const envelopes = entries.map((entry) => entry.envelope);
    write.run(
      db.sql
        .deleteFrom('mailbox_entry')
        .where('account', '=', account)
        .where('position', '<=', last.position),
    );
    write.run(
      db.sql
        .updateTable('envelope')
        .set((expression) => ({ holders: expression('holders', '-', 1) }))
        .where('no', 'in', envelopes),
    );
    write.run(db.sql.deleteFrom('envelope').where('no', 'in', envelopes).where('holders', '<=', 0));
    blobs.unsent(
      write,
      account,
      entries.map(({ sender, holders, blobs: named }) => ({ sender, blobs: named, gone: holders <= 1 })),
    );
    const bytes = entries.reduce((sum, entry) => sum + entry.size, 0);
    write.run(
      db.sql
        .updateTable('mailbox')
        .set((expression) => ({
          entries: expression('entries', '-', entries.length),
          bytes: expression('bytes', '-', bytes),
        }))
        .where('account', '=', account),
    );
    dropped += entries.length;
  }
};
