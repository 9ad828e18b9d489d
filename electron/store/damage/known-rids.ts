/** Row numbers of records and messages, from everything in a damaged database that names them: where the one cannot be read, the other can. */
import type { Row } from './keepsake.ts';
import { type DamagedFile, readByBytes } from './read-around.ts';

/** Each read from its start and from its end: what stands between two lost pages of one is most likely named by another. */
const NAMED_BY: readonly { from: string; order: readonly string[] }[] = [
  { from: 'record NOT INDEXED', order: ['rid'] },
  { from: 'message NOT INDEXED', order: ['rid'] },
  { from: 'message INDEXED BY message_shown WHERE shown = 1', order: ['cid', 'accepted_ms', 'guid'] },
  { from: 'message INDEXED BY message_by_guid', order: ['guid'] },
];

/** In rising order. */
export function knownRids(file: DamagedFile): Float64Array {
  const rids = new Set<number>();
  const take = (row: Row): void => void rids.add(Number(row['rid']));
  for (const zone of [1, 2])
    readByBytes(file, 'record INDEXED BY record_by_id', 'id', take, {
      columns: 'rid',
      where: `zone = ${zone}`,
    });
  for (const { from, order } of NAMED_BY) {
    const select = `SELECT rid FROM ${from} ORDER BY`;
    if (file.each<Row>(`${select} ${order.join(', ')}`, [], take)) continue;
    file.each<Row>(`${select} ${order.map((name) => `${name} DESC`).join(', ')}`, [], take);
  }
  return Float64Array.from(rids).sort();
}
