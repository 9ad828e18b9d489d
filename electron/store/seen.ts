/**
 * [Note: what a device has seen] A conversation is deleted by a mark, "everything up to here". What was accepted before that place and is
 * still on its way to this device would go unseen with it: an own message has its time of acceptance with the answer, while what others
 * wrote a moment earlier waits in the mailbox; with the switch on another device's newer message may come by zone first. So the mark never
 * goes further than what this device has surely taken from its mailbox, and the few messages above are deleted one by one (SPEC SYN-74).
 *
 * The cloud gives rising times to what it puts into one mailbox (MBX-2), and everything that an account sends or is sent passes
 * through its own. So with a page of it everything is here up to the page's last time; and when it was read to its end, everything up to
 * the newest message that was known before the question.
 */
import { getMailCursor } from './mail.ts';
import type { Store } from './open.ts';

/** The newest time of acceptance known, or -1: asked before the mailbox is. */
export function newestKnownMs(store: Store): number {
  return (
    store.get<{ accepted_ms: number }>('SELECT accepted_ms FROM message ORDER BY rid DESC LIMIT 1')
      ?.accepted_ms ?? -1
  );
}

/** Everything accepted up to then that belongs in this conversation is here. -1: nobody knows yet, the mailbox was never read to its end. */
export function seenUpToMs(store: Store, conversation: Uint8Array): number {
  const { completeMs } = getMailCursor(store);
  const aside = store.get<{ ms: number | null }>(
    `SELECT min(accepted_ms) AS ms FROM pending_envelope WHERE reason = 'zone' OR sender IN (
       SELECT m.account FROM conversation c JOIN conversation_member m ON m.cid = c.cid WHERE c.guid = ? AND m.member = 1)`,
    conversation,
  )!;
  return aside.ms === null ? completeMs : Math.min(completeMs, aside.ms - 1);
}
