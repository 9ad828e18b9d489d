/** What a wipe of this device would lose: what no cloud has, as far as is known here. */
import { messagesToUpload } from './bases.ts';
import { countPending, getMailCursor } from './mail.ts';
import { messageCount } from './messages.ts';
import type { Store } from './open.ts';
import { SHOWN_WAITING } from './shown-waiting.ts';
import { ZONE_NUMBER } from './values.ts';
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
  return { messages: outbox.messages + messages + aside, changes: outbox.changes + dirty.n };
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
