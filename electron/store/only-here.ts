/** What a wipe of this device would lose: what no cloud has, as far as is known here. */
import { fromBinary } from '@bufbuild/protobuf';
import { BodySchema } from '../../shared/proto/gen/lockstep/envelope/v1/envelope_pb.js';
import { messagesToUpload } from './bases.ts';
import { countPending, getMailCursor } from './mail.ts';
import { messageCount } from './messages.ts';
import type { Store } from './open.ts';
import { SHOWN_WAITING } from './shown-waiting.ts';
import { hex, plain, ZONE_NUMBER } from './values.ts';
import { isGenerationOver } from './zone-state.ts';

/**
 * `messages`: those, too, that some are still to get and that only this device tries again, or knows of. `changes`: edits, reactions, deletes of messages that
 * the cloud has in an older form.
 */
export type OnlyHere = { messages: number; changes: number };

export function onlyHere(store: Store): OnlyHere {
  const outbox = store.get<{ messages: number; changes: number }>(
    `SELECT count(CASE WHEN ${SHOWN_WAITING} THEN 1 END) AS messages,
       count(CASE WHEN kind IN ('edit', 'unsend', 'reaction', 'rename') THEN 1 END) AS changes FROM outbox o`,
  )!;
  // After a purge all of it is, whatever the bases say.
  const over = isGenerationOver(store, 'messages');
  const dirty = store.get<{ n: number }>(
    `SELECT count(*) AS n FROM dirty d JOIN record r ON r.zone = d.zone AND r.id = d.id
     WHERE d.zone = ? AND r.rev > 0 AND (d.op = 2 OR (r.kind = 1 AND ? = 0))`,
    ZONE_NUMBER.messages,
    over ? 1 : 0,
  )!;
  // Set aside, and the mailbox was told that it may forget it. What is in there nobody knows: it counts as messages.
  const aside = countPending(store, getMailCursor(store).acknowledged);
  // Of messages that no cloud has, the retries are counted with them.
  const messages = over ? messageCount(store) : messagesToUpload(store) + retriesToGo(store);
  const changes = outbox.changes + dirty.n - (over ? 0 : countedTwice(store));
  return { messages: outbox.messages + messages + aside, changes };
}

/**
 * Messages whose record is to go up with what is to be sent as well: one change. Where it was deleted besides, that is another, so it counts by itself.
 */
function countedTwice(store: Store): number {
  const about = new Map<string, { sender: Uint8Array; guid: Uint8Array }>();
  for (const { body } of store.all<{ body: Uint8Array }>(
    `SELECT body FROM outbox WHERE kind IN ('edit', 'unsend', 'reaction')`,
  )) {
    const { content } = fromBinary(BodySchema, plain(body));
    const { case: what } = content;
    const named =
      what === 'edit' || what === 'unsend' || what === 'reaction' ? content.value.message : undefined;
    if (named === undefined) continue;
    const { senderAccountId: sender, guid } = named;
    about.set(`${hex(sender)} ${hex(guid)}`, { sender, guid });
  }
  let both = 0;
  for (const { sender, guid } of about.values()) {
    const row = store.get(
      `SELECT 1 AS one FROM message m JOIN record r ON r.rid = m.rid JOIN dirty d ON d.zone = r.zone AND d.id = r.id
       WHERE m.guid = ? AND m.sender = ? AND r.rev > 0 AND d.op <> 2 AND m.deleted_ms IS NULL`,
      guid,
      sender,
    );
    if (row !== undefined) both += 1;
  }
  return both;
}

/**
 * Of messages that the cloud has and that are shown: of one that was deleted nobody misses the retry. Nor of one that waits for a person's word and
 * whose record at the cloud says whom it did not reach: that word can be given on any device.
 */
function retriesToGo(store: Store): number {
  return store.get<{ n: number }>(
    `SELECT count(*) AS n FROM outbox o WHERE o.kind = 'redelivery' AND EXISTS (
       SELECT 1 FROM message m JOIN record r ON r.rid = m.rid JOIN conversation c ON c.cid = m.cid
       WHERE m.guid = o.guid AND m.mine = 1 AND m.shown = 1 AND r.rev > 0
         AND (m.accepted_ms, m.guid) > (c.clear_ms, c.clear_guid)
         AND (o.state <> 'failed' OR m.missed IS NULL OR EXISTS (SELECT 1 FROM dirty d WHERE d.zone = 2 AND d.id = m.id)))`,
  )!.n;
}

/** All messages that a wipe takes, those that wait to be sent, mail that is set aside and Recently Deleted with them. */
export function messagesHere(store: Store): number {
  const waiting = store.get<{ n: number }>(
    `SELECT count(*) AS n FROM outbox o WHERE ${SHOWN_WAITING} OR o.deleted_ms IS NOT NULL`,
  )!.n;
  return messageCount(store) + waiting + countPending(store, Number.MAX_SAFE_INTEGER);
}
