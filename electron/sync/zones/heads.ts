/**
 * Heads of the messages zone, compared between devices: every device writes into its `device` record which (seq, digest) it has seen.
 * Another digest at one seq is a fork; a head below what a device of this account has seen is a rollback (SPEC SYN-6). Who takes no part compares
 * as well, and says it (SYN-121): an account may have no second device that does.
 */

import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { fromHex, toHex } from '../../../shared/crypto/bytes.ts';
import type { ZoneState as CloudZoneState } from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { SeenHeadSchema, SeenValueSchema } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { listDevices } from '../../store/devices.ts';
import { addNotice } from '../../store/notices.ts';
import type { Store } from '../../store/open.ts';
import { sameBytes } from '../../store/values.ts';
import { getZoneState, setZoneState } from '../../store/zone-state.ts';
import type { StepContext } from '../context.ts';
import { numberOf } from '../network/answers.ts';

/** [generation, incarnation, seq, digest]: JSON in `zone_state.extra`. */
type OwnHead = [number, string, number, string];
const KEPT = 100;

function ownHeads(ctx: StepContext): OwnHead[] {
  const heads = getZoneState(ctx.store, 'messages').extra['heads'];
  return Array.isArray(heads) ? (heads as OwnHead[]) : [];
}

export function noteOwnHead(ctx: StepContext, cloud: CloudZoneState): void {
  const heads = ownHeads(ctx);
  const seq = numberOf(cloud.head);
  const last = heads.at(-1);
  if (last !== undefined && last[2] === seq && last[1] === cloud.incarnation.toString()) {
    return;
  }
  const next: OwnHead[] = [
    ...heads.slice(-(KEPT - 1)),
    [cloud.generation, cloud.incarnation.toString(), seq, toHex(cloud.digest)],
  ];
  const { extra } = getZoneState(ctx.store, 'messages');
  setZoneState(ctx.store, 'messages', { extra: { ...extra, heads: next } });
}

/** The value of DEVICE_FIELD_SEEN. */
export function seenValue(ctx: StepContext): Uint8Array {
  const heads = ownHeads(ctx).map(([generation, incarnation, seq, digest]) =>
    create(SeenHeadSchema, {
      generation,
      incarnation: BigInt(incarnation),
      seq: BigInt(seq),
      digest: fromHex(digest),
    }),
  );
  return toBinary(SeenValueSchema, create(SeenValueSchema, { heads }));
}

/** Heads of one generation and incarnation of a zone. */
type Lineage = { generation: number; incarnation: bigint };

/** What the other devices' records say that they have seen of the messages zone. */
function* headsOfOthers(
  store: Store,
  { generation, incarnation }: Lineage,
): Generator<{ device: Uint8Array; seq: number; digest: Uint8Array }> {
  for (const { device, heads } of store.kept('heads of others', DEVICES, () => readHeads(store))) {
    for (const head of heads) {
      if (head.generation !== generation || head.incarnation !== incarnation) continue;
      yield { device, seq: numberOf(head.seq), digest: head.digest };
    }
  }
}

const DEVICES = ['device'];

/** Asked with every page that comes, and written when a device has looked. */
function readHeads(store: Store) {
  return listDevices(store).flatMap(({ id, seen }) =>
    seen === null ? [] : [{ device: id, heads: fromBinary(SeenValueSchema, seen).heads }],
  );
}

/** The highest seq of the messages zone that another device has seen, as far as this one knows. */
export function seenByOthers(store: Store, zone: Lineage): number {
  let highest = 0;
  for (const { seq } of headsOfOthers(store, zone)) highest = Math.max(highest, seq);
  return highest;
}

type Said = { alarm: 'rolledBack' | 'forked'; detail: Record<string, string | number> };

/** What the other devices' records say against the head that the cloud has just shown. */
export function otherDevicesSay(ctx: StepContext, cloud: CloudZoneState): Said | null {
  const here = cloud.digest.length === 32 ? cloud.digest : null;
  const own = ownHeads(ctx);
  const head = numberOf(cloud.head);
  const incarnation = cloud.incarnation.toString();
  for (const { device, seq, digest } of headsOfOthers(ctx.store, cloud)) {
    if (seq > head) {
      return { alarm: 'rolledBack', detail: { head, known: seq, device: toHex(device) } };
    }
    const mine = own.find(([, of, at]) => at === seq && of === incarnation);
    const expected = mine !== undefined ? fromHex(mine[3]) : seq === head ? here : null;
    if (expected !== null && !sameBytes(expected, digest)) {
      return { alarm: 'forked', detail: { head: seq, device: toHex(device) } };
    }
  }
  return null;
}

/**
 * Of a device whose switch is off, at what it hears of the zone. Nothing comes or goes here, so nothing has to stand still; and it is said once of
 * each device that has seen otherwise, however long the cloud goes on.
 */
export function sayWhatOthersSaw(ctx: StepContext, cloud: CloudZoneState): void {
  const said = otherDevicesSay(ctx, cloud);
  if (said === null) return;
  const { alarm, detail } = said;
  const once = `${cloud.generation}:${cloud.incarnation}:${detail['device']}`;
  alarmNotice(ctx, alarm, { zone: 'messages', ...detail }, once);
}

/** `once`: what makes it the same as one said before, else all of `detail`. */
export function alarmNotice(
  ctx: StepContext,
  alarm: 'rolledBack' | 'forked',
  detail: Record<string, string | number>,
  once = JSON.stringify(detail),
): void {
  const code = alarm === 'forked' ? 'zoneForked' : 'zoneRolledBack';
  addNotice(ctx.store, `${code}:${once}`, code, ctx.clock.now(), detail);
}
