/**
 * From messages to what the transcript shows, one row each: day and time lines, the mark above the first unread
 * message, bubbles with what they need to know of their neighbours. Pure.
 */
import type { Id, Message } from '../../electron/api/types.ts';

export type MessageRow = {
  kind: 'message';
  key: string;
  message: Message;
  /** First and last of a group: one sender, within a minute. */
  first: boolean;
  last: boolean;
  /** Groups only: the sender's name stands above the first bubble. */
  showName: boolean;
  showState: boolean;
};
export type Row =
  | { kind: 'line'; key: string; at: number; day: boolean }
  | { kind: 'unread'; key: string; count: number }
  | MessageRow;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export function rowsOf(
  messages: readonly Message[],
  options: { group: boolean; firstUnread: Id | null },
): Row[] {
  const rows: Row[] = [];
  const stateUnder = statesShown(messages);
  const keys = new Set<string>();
  let previous: MessageRow | null = null;
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i]!;
    const before = messages[i - 1];
    const newDay = before === undefined || !sameDay(before.at, message.at);
    const pause = before !== undefined && message.at - before.at > HOUR;
    if (newDay || pause) rows.push({ kind: 'line', key: `line-${message.key}`, at: message.at, day: newDay });
    const unread = message.id === options.firstUnread;
    if (unread) {
      const count = messages.slice(i).filter((other) => !other.fromMe).length;
      rows.push({ kind: 'unread', key: 'unread', count });
    }
    const joins = previous !== null && !newDay && !pause && !unread && sameGroup(previous.message, message);
    if (joins && previous !== null) previous.last = false;
    const row: MessageRow = {
      kind: 'message',
      // A message that came to be there twice is drawn twice, and not as something that no row is.
      key: keys.has(message.key) ? message.id : message.key,
      message,
      first: !joins,
      last: true,
      showName: options.group && !message.fromMe && !joins,
      showState: stateUnder.has(message.id),
    };
    rows.push(row);
    keys.add(row.key);
    previous = row;
  }
  return rows;
}

/**
 * The states worth saying: every failed message's; under the last of those on their way; under the newest accepted
 * one, and "Read" under the newest that was read when later ones were not yet.
 */
export function statesShown(messages: readonly Message[]): Set<Id> {
  const shown = new Set<Id>();
  let pendingSeen = false;
  let acceptedSeen = false;
  let readSeen = false;
  for (let i = messages.length - 1; i >= 0; i--) {
    const message = messages[i]!;
    if (!message.fromMe) continue;
    if (message.state === 'failed') shown.add(message.id);
    else if (message.unsentAt !== null) continue;
    else if (message.state === 'waiting' || message.state === 'sending') {
      if (!pendingSeen) shown.add(message.id);
      pendingSeen = true;
    } else {
      const read = message.state === 'read';
      if (!acceptedSeen || (read && !readSeen)) shown.add(message.id);
      acceptedSeen = true;
      if (read) readSeen = true;
    }
  }
  return shown;
}

function sameGroup(a: Message, b: Message): boolean {
  return (
    a.sender.id === b.sender.id &&
    a.fromMe === b.fromMe &&
    a.service === b.service &&
    b.at - a.at <= MINUTE &&
    a.unsentAt === null &&
    b.unsentAt === null &&
    a.reactions.length + b.reactions.length === 0 &&
    b.replyTo === null
  );
}

export function sameDay(a: number, b: number): boolean {
  const one = new Date(a);
  const other = new Date(b);
  return (
    one.getDate() === other.getDate() &&
    one.getMonth() === other.getMonth() &&
    one.getFullYear() === other.getFullYear()
  );
}
