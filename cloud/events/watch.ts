/** The poke stream of one device: the current heads, then what changes, and a beat (SPEC EVT-*). */
import { create } from '@bufbuild/protobuf';
import {
  EventService,
  type WatchRequest,
  type WatchResponse,
  WatchResponseSchema,
  type ZonePoke,
} from '../../shared/proto/gen/lockstep/cloud/v1/events_pb.js';
import type { CloudContext } from '../context.ts';
import type { Session } from '../devices/sessions.ts';
import { type Feed, frameOf } from '../http/services.ts';
import { headQuery } from '../mailboxes/mailbox-queries.ts';
import { queries } from '../storage/database.ts';
import { fixed } from '../storage/fixed.ts';
import { zonePosition } from '../zones/zone-row.ts';
import type { Poke, Waiting, ZoneNews, ZonePosition } from './hub.ts';

type Position = Pick<ZonePoke, 'zone' | 'head' | 'generation' | 'purgeAtMs' | 'purgeId'>;

const positionOf = (zone: number, { generation, head, purgeAtMs, purgeId }: ZonePosition): Position => ({
  zone,
  head: BigInt(head),
  generation,
  purgeAtMs: BigInt(purgeAtMs),
  purgeId,
});
const zonePoke = (zone: number, position: ZonePosition): WatchResponse =>
  create(WatchResponseSchema, { poke: { case: 'zone', value: positionOf(zone, position) } });
const changesPoke = (zone: number, { position, changes }: ZoneNews): WatchResponse =>
  create(WatchResponseSchema, {
    poke: {
      case: 'zone',
      value: {
        ...positionOf(zone, position),
        ...(changes === undefined ? {} : { from: BigInt(changes.from), changes: changes.page }),
      },
    },
  });
const mailboxPoke = (head: number): WatchResponse =>
  create(WatchResponseSchema, { poke: { case: 'mailbox', value: { head: BigInt(head) } } });

const encoded = (message: WatchResponse): Poke => ({
  message,
  frame: frameOf(EventService.method.watch, message),
});

const positionsQuery = fixed((given: { account: number }) =>
  queries
    .selectFrom('zone')
    .select(['kind', 'generation', 'head', 'purge_at_ms', 'purge_id'])
    .where('account', '=', given.account)
    .where('kind', '>', 0)
    .orderBy('kind'),
);
const keyringPlaceQuery = fixed((given: { no: number }) =>
  queries.selectFrom('account').select(['log_length', 'epoch']).where('no', '=', given.no),
);

const currentHeads = ({ db }: CloudContext, session: Session): WatchResponse[] => {
  const zones = db.read.all(positionsQuery({ account: session.account }));
  const mailbox = db.read.first(headQuery({ account: session.account }));
  const account = db.read.first(keyringPlaceQuery({ no: session.account }));
  return [
    ...zones.map((zone) => zonePoke(zone.kind, zonePosition(zone))),
    mailboxPoke(mailbox?.head ?? 0),
    create(WatchResponseSchema, {
      poke: { case: 'keyring', value: { logLength: account?.log_length ?? 0, epoch: account?.epoch ?? 0 } },
    }),
  ];
};

/** What many are told alike is encoded once, with the first who takes it. */
const pokesOf = (ctx: CloudContext, waiting: Waiting): (WatchResponse | Poke)[] => {
  const pokes: (WatchResponse | Poke)[] = [];
  for (const [kind, told] of waiting.zones) {
    for (const { news, full } of told) {
      news.plain ??= full ? undefined : encoded(zonePoke(kind, news.position));
      news.full ??= full ? encoded(changesPoke(kind, news)) : undefined;
      const poke = full ? news.full : news.plain;
      if (poke !== undefined) pokes.push(poke);
    }
  }
  if (waiting.mailbox !== undefined) pokes.push(mailboxPoke(waiting.mailbox));
  if (waiting.keyring !== undefined)
    pokes.push(create(WatchResponseSchema, { poke: { case: 'keyring', value: waiting.keyring } }));
  if (waiting.beat)
    pokes.push(create(WatchResponseSchema, { poke: { case: 'beat', value: { timeMs: BigInt(ctx.now()) } } }));
  if (waiting.revoked) pokes.push(create(WatchResponseSchema, { poke: { case: 'revoked', value: {} } }));
  return pokes;
};

export const watch = (
  ctx: CloudContext,
  session: Session,
  request: WatchRequest,
  news: () => void,
): Feed<WatchResponse> => {
  if (ctx.hub.closed()) return { take: () => 'end', left: () => undefined };
  // The seat is taken before the heads are read: what changes in between is told twice rather than never.
  const watcher = ctx.hub.watch(session.account, session.device, request.carry, news);
  let begun = false;
  let ending = false;
  return {
    take() {
      if (ending) return 'end';
      if (!begun) {
        begun = true;
        return currentHeads(ctx, session);
      }
      const waiting = watcher.take();
      if (waiting === undefined) return null;
      ending = waiting.revoked || waiting.closed;
      const pokes = pokesOf(ctx, waiting);
      return pokes.length === 0 ? (ending ? 'end' : null) : pokes;
    },
    left: watcher.leave,
  };
};
