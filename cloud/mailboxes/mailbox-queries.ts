/** What sending, receiving and acknowledging ask of the database, compiled once: each of them is a small call that comes all the time. */
import { queries } from '../storage/database.ts';
import { fixed, fixedByCount } from '../storage/fixed.ts';

export const headQuery = fixed((given: { account: number }) =>
  queries.selectFrom('mailbox').select('head').where('account', '=', given.account),
);

export const cursorQuery = fixed((given: { account: number; device: Uint8Array }) =>
  queries
    .selectFrom('mailbox_cursor')
    .select('position')
    .where('account', '=', given.account)
    .where('device', '=', given.device),
);

/** Of all devices of the account, the one that is furthest behind. */
export const lowestCursorQuery = fixed((given: { account: number }) =>
  queries
    .selectFrom('mailbox_cursor')
    .select('position')
    .where('account', '=', given.account)
    .orderBy('position')
    .limit(1),
);

export const moveCursorQuery = fixed((given: { account: number; device: Uint8Array; position: number }) =>
  queries
    .updateTable('mailbox_cursor')
    .set({ position: given.position })
    .where('account', '=', given.account)
    .where('device', '=', given.device)
    .where('position', '<', given.position),
);

export const envelopesQuery = fixed((given: { account: number; after: number; limit: number }) =>
  queries
    .selectFrom('mailbox_entry')
    .innerJoin('envelope', 'envelope.no', 'mailbox_entry.envelope')
    .select([
      'mailbox_entry.position',
      'mailbox_entry.epoch',
      'mailbox_entry.suite',
      'mailbox_entry.sealed_key',
      'envelope.sender',
      'envelope.send_id',
      'envelope.accepted_ms',
      'envelope.content',
    ])
    .where('mailbox_entry.account', '=', given.account)
    .where('mailbox_entry.position', '>', given.after)
    .orderBy('mailbox_entry.position')
    .limit(given.limit),
);

/** Entries up to a position, without their contents. */
export const doneQuery = fixed((given: { account: number; upTo: number; limit: number }) =>
  queries
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
    .where('mailbox_entry.account', '=', given.account)
    .where('mailbox_entry.position', '<=', given.upTo)
    .orderBy('mailbox_entry.position')
    .limit(given.limit),
);

export const dropEntriesQuery = fixed((given: { account: number; upTo: number }) =>
  queries
    .deleteFrom('mailbox_entry')
    .where('account', '=', given.account)
    .where('position', '<=', given.upTo),
);

/** One mailbox less holds each of these. */
export const letGoQuery = fixedByCount((_: Record<string, never>, each: { no: number }[]) =>
  queries
    .updateTable('envelope')
    .set((expression) => ({ holders: expression('holders', '-', 1) }))
    .where(
      'no',
      'in',
      each.map(({ no }) => no),
    ),
);

/** Those of them that no mailbox holds any more. */
export const dropContentsQuery = fixedByCount((_: Record<string, never>, each: { no: number }[]) =>
  queries
    .deleteFrom('envelope')
    .where(
      'no',
      'in',
      each.map(({ no }) => no),
    )
    .where('holders', '<=', 0),
);

export const lightenQuery = fixed((given: { account: number; entries: number; bytes: number }) =>
  queries
    .updateTable('mailbox')
    .set((expression) => ({
      entries: expression('entries', '-', given.entries),
      bytes: expression('bytes', '-', given.bytes),
    }))
    .where('account', '=', given.account),
);

export const sentBeforeQuery = fixed((given: { account: number; sendId: Uint8Array }) =>
  queries
    .selectFrom('send')
    .select(['request_hash', 'response'])
    .where('account', '=', given.account)
    .where('send_id', '=', given.sendId),
);

export const recipientsQuery = fixedByCount((_: Record<string, never>, each: { id: Uint8Array }[]) =>
  queries
    .selectFrom('account')
    .innerJoin('mailbox', 'mailbox.account', 'account.no')
    .select([
      'account.no',
      'account.id',
      'account.epoch',
      'mailbox.head',
      'mailbox.last_accepted_ms',
      'mailbox.entries',
      'mailbox.bytes',
    ])
    .where(
      'account.id',
      'in',
      each.map(({ id }) => id),
    ),
);

type Envelope = {
  sender: Uint8Array;
  send_id: Uint8Array;
  accepted_ms: number;
  content: Uint8Array;
  holders: number;
  blobs: Uint8Array | null;
};

export const newEnvelopeQuery = fixed(({ sender, send_id, accepted_ms, content, holders, blobs }: Envelope) =>
  queries
    .insertInto('envelope')
    .values({ sender, send_id, accepted_ms, content, holders, blobs })
    .returning('no'),
);

type Entry = {
  account: number;
  position: number;
  envelope: number;
  epoch: number;
  suite: number;
  sealed_key: Uint8Array;
  size: number;
};

export const newEntriesQuery = fixedByCount((_: Record<string, never>, each: Entry[]) =>
  queries.insertInto('mailbox_entry').values(
    each.map(({ account, position, envelope, epoch, suite, sealed_key, size }) => {
      return { account, position, envelope, epoch, suite, sealed_key, size };
    }),
  ),
);

type Mailbox = { account: number; head: number; last_accepted_ms: number; entries: number; bytes: number };

export const fillQuery = fixed(({ account, head, last_accepted_ms, entries, bytes }: Mailbox) =>
  queries
    .updateTable('mailbox')
    .set({ head, last_accepted_ms, entries, bytes })
    .where('account', '=', account),
);

type Answered = {
  account: number;
  send_id: Uint8Array;
  request_hash: Uint8Array;
  response: Uint8Array;
  created_ms: number;
};

export const rememberQuery = fixed(({ account, send_id, request_hash, response, created_ms }: Answered) =>
  queries.insertInto('send').values({ account, send_id, request_hash, response, created_ms }),
);

export const oldestSendQuery = fixed((_: Record<string, never>) =>
  queries.selectFrom('send').select('created_ms').orderBy('created_ms').limit(1),
);

export const forgetQuery = fixed((given: { account: number; sendId: Uint8Array }) =>
  queries.deleteFrom('send').where('account', '=', given.account).where('send_id', '=', given.sendId),
);

export const oldSendsQuery = fixed((given: { before: number; limit: number }) =>
  queries
    .selectFrom('send')
    .select(['account', 'send_id'])
    .where('created_ms', '<', given.before)
    .orderBy('created_ms')
    .limit(given.limit),
);
