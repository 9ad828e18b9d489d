/** Records of conversations whose page is lost, made again from what the window reads of them (rebuild.ts). */
import type { Payload } from '../../../shared/model/payload.ts';
import type { Store } from '../open.ts';
import { putMerged } from '../records.ts';
import { plain } from '../values.ts';
import type { Row, Value } from './keepsake.ts';
import type { DamagedFile } from './read-around.ts';
import { conversationAgain, readingAgain } from './rebuild.ts';

/** `made`: of each conversation's own record that was, its id. */
export function conversationsAgain(
  file: DamagedFile,
  target: Store,
  conversations: Iterable<Row>,
  made: (id: Uint8Array) => void,
): void {
  const self = target.memory.self;
  const others = target
    .all<{ account: Uint8Array }>('SELECT account FROM pin')
    .map(({ account }) => plain(account));
  const put = (id: Value | undefined, wanted: boolean, make: () => Payload | null): Uint8Array | null => {
    const payload = wanted && id instanceof Uint8Array ? make() : null;
    if (payload === null) return null;
    putMerged(target, 'messages', plain(id as Uint8Array), payload, { dirty: false });
    return plain(id as Uint8Array);
  };
  for (const row of conversations) {
    if (!(row['guid'] instanceof Uint8Array)) continue;
    const now = target.get<{ kind: number; reading_id: Uint8Array | null }>(
      'SELECT kind, reading_id FROM conversation WHERE guid = ?',
      row['guid'],
    );
    const members: Row[] = [];
    file.each<Row>('SELECT * FROM conversation_member WHERE cid = ?', [Number(row['cid'])], (one) =>
      members.push(one),
    );
    const id = put(row['record_id'], (now?.kind ?? 0) === 0, () =>
      conversationAgain(row, members, self, others),
    );
    if (id !== null) made(id);
    put(row['reading_id'], (now?.reading_id ?? null) === null, () => readingAgain(row, members));
  }
}
