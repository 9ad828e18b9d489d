/** The poke stream of one device: the current heads, then what changes, and a beat (SPEC EVT-*). */
import { create } from '@bufbuild/protobuf';
import {
  type WatchResponse,
  WatchResponseSchema,
} from '../../shared/proto/gen/lockstep/cloud/v1/events_pb.js';
import type { CloudContext } from '../context.ts';
import type { Session } from '../devices/sessions.ts';
import { zonePosition } from '../zones/zone-row.ts';
import type { ZonePosition } from './hub.ts';

export const BEAT_MS = 25_000;

const zonePoke = (zone: number, { generation, head, purgeAtMs, purgeId }: ZonePosition) =>
  create(WatchResponseSchema, {
    poke: {
      case: 'zone',
      value: { zone, head: BigInt(head), generation, purgeAtMs: BigInt(purgeAtMs), purgeId },
    },
  });
const mailboxPoke = (head: number) =>
  create(WatchResponseSchema, { poke: { case: 'mailbox', value: { head: BigInt(head) } } });

const currentHeads = ({ db }: CloudContext, session: Session): WatchResponse[] => {
  const zones = db.read.all(
    db.sql
      .selectFrom('zone')
      .select(['kind', 'generation', 'head', 'purge_at_ms', 'purge_id'])
      .where('account', '=', session.account)
      .where('kind', '>', 0)
      .orderBy('kind'),
  );
  const mailbox = db.read.first(
    db.sql.selectFrom('mailbox').select('head').where('account', '=', session.account),
  );
  const account = db.read.first(
    db.sql.selectFrom('account').select(['log_length', 'epoch']).where('no', '=', session.account),
  );
  return [
    ...zones.map((zone) => zonePoke(zone.kind, zonePosition(zone))),
    mailboxPoke(mailbox?.head ?? 0),
    create(WatchResponseSchema, {
      poke: { case: 'keyring', value: { logLength: account?.log_length ?? 0, epoch: account?.epoch ?? 0 } },
    }),
  ];
};

export async function* watch(
  ctx: CloudContext,
  session: Session,
  signal: AbortSignal,
): AsyncGenerator<WatchResponse> {
  if (ctx.hub.closed()) return;
  // The seat is taken before the heads are read: what changes in between is told twice rather than never.
  const watcher = ctx.hub.watch(session.account, session.device, signal);
  try {
    yield* currentHeads(ctx, session);
    let beatAt = ctx.now() + BEAT_MS;
    while (!signal.aborted) {
      const news = watcher.take();
      if (news === undefined) {
        const left = beatAt - ctx.now();
        if (left > 0) {
          await watcher.wait(left);
          continue;
        }
        yield create(WatchResponseSchema, { poke: { case: 'beat', value: { timeMs: BigInt(ctx.now()) } } });
        beatAt = ctx.now() + BEAT_MS;
        continue;
      }
      for (const [kind, position] of news.zones) yield zonePoke(kind, position);
      if (news.mailbox !== undefined) yield mailboxPoke(news.mailbox);
      if (news.keyring !== undefined)
        yield create(WatchResponseSchema, { poke: { case: 'keyring', value: news.keyring } });
      if (news.revoked) {
        yield create(WatchResponseSchema, { poke: { case: 'revoked', value: {} } });
        return;
      }
      if (news.closed) return;
    }
  } finally {
    watcher.leave();
  }
}
