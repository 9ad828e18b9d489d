/**
 * A message's row number, in `record`, `message` and the search index alike: its time of acceptance, seconds and milliseconds in 32 and
 * 10 bits. So the rows of one day lie together (a first sync walks by days), and the search index, whose order is the row number,
 * gives the newest first without sorting. Of two in one millisecond the later to come gets the next free number: what a person
 * sees is ordered by (acceptedAt, guid), this is an order of storage only.
 *
 * Everything that is not a message with a core is numbered from 1 and stays below FIRST_MESSAGE_RID.
 */
export const FIRST_MESSAGE_RID = 2 ** 32;

const LAST_SECOND = 2 ** 42;

/** The first choice; when it is taken, the next free one after it. Below 2^53, so it is exact as a number. */
export function messageRid(acceptedMs: number): number {
  const ms = Math.max(acceptedMs, 0);
  const second = Math.min(Math.floor(ms / 1000), LAST_SECOND);
  return FIRST_MESSAGE_RID + second * 1024 + (ms % 1000);
}
