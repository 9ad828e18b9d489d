/**
 * Writes an opened page, in slices with room for commands between them. The last slice and the place reached (token, cursor) are one
 * transaction: a crash in between leaves records that come once more and merge to the same, never a hole.
 */
import { toHex } from '../../../shared/crypto/bytes.ts';
import { tombstoneHash } from '../../../shared/crypto/zone-digest.ts';
import { newPayload } from '../../../shared/model/payload.ts';
import { decodePayload } from '../../../shared/model/payload-codec.ts';
import { clearedValue } from '../../../shared/model/values.ts';
import { ConversationField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { heldTombstones, rememberBase } from '../../store/bases.ts';
import { addNotice, anyNotice, dropNotices } from '../../store/notices.ts';
import type { Store } from '../../store/open.ts';
import { applyPulled, type Pulled, type PulledResult } from '../../store/pulled.ts';
import { recordRow, tombstoneBase } from '../../store/records.ts';
import { KIND, type ZoneName } from '../../store/values.ts';
import { nameAgain } from '../blobs/missing.ts';
import { deleteArrived, staysDeleted } from '../commands/delete-one.ts';
import { writeRegister } from '../commands/registers.ts';
import type { StepContext } from '../context.ts';
import { settleLongAsked } from '../mail/long-asked.ts';
import { keepGone, noteEarlier, noteRecoverLost, wasRecovered } from './earlier-names.ts';
import { noteMarks } from './met-marks.ts';
import { currentKeys } from './names.ts';
import { type Damaged, damagedNotice, type OpenedPage } from './open-page.ts';
import type { ZoneContext } from './zone-call.ts';

const SLICE_MS = 8;

export type ApplyOptions = {
  /** During a first sync: what is here stays until the walk ends (SPEC SYN-15). */
  holdTombstones: boolean;
  /** More pages follow at once: they go into one transaction together, unless somebody else writes ([Note: bulk work]). */
  goesOn?: boolean;
  /** Saves the place reached; in the transaction of the page's last records. */
  place(): void;
};

export async function applyPage(
  ctx: ZoneContext,
  zone: ZoneName,
  page: OpenedPage,
  options: ApplyOptions,
): Promise<void> {
  const { store } = ctx;
  const { few } = ctx.sizes;
  for (let at = 0; ; ) {
    // What comes from the zone can come from it again: after a power failure the records and the place reached are those of an
    // earlier moment together. So it does not wait for the disk; the next command's commit takes it along.
    const last = store.bulk(() => {
      const began = performance.now();
      do {
        applyItems(ctx, zone, page.items.slice(at, at + few), options.holdTombstones);
        at += few;
      } while (at < page.items.length && performance.now() - began < SLICE_MS);
      if (at < page.items.length) {
        return false;
      }
      noLongerRefused(store, zone, page.items);
      for (const one of page.damaged) {
        noteDamaged(ctx, zone, one);
      }
      noteOlder(ctx, zone, page);
      options.place();
      return true;
    });
    if (last) {
      break;
    }
    await ctx.timers.breathe();
  }
  if (options.goesOn !== true) {
    store.commitBulk();
    ctx.signal({ type: 'committed' });
  }
}

function applyItems(ctx: StepContext, zone: ZoneName, items: readonly Pulled[], hold: boolean): void {
  const { store } = ctx;
  const now = ctx.clock.now();
  const apply: Pulled[] = [];
  for (const item of items) {
    if (hold && 'gone' in item) {
      const row = recordRow(store, zone, item.id);
      if (row !== undefined && row.gone === 0 && row.payload !== null) {
        rememberBase(store, zone, item.id, tombstoneBase(item.rev, item.epoch), item.proof);
        continue;
      }
    }
    apply.push(item);
  }
  if (zone === 'messages') noteEarlier(ctx, apply);
  report(ctx, zone, applyPulled(store, zone, apply, now));
  if (zone === 'messages') {
    for (const item of apply) if (!('gone' in item)) nameAgain(ctx, item);
    deleteArrived(ctx);
    settleLongAsked(ctx);
    keepGone(ctx, apply, now);
  }
}

/** The walk has ended: what was deleted for good elsewhere goes here as well. A slice; true when there is more. */
export function applyHeldTombstones(ctx: StepContext, zone: ZoneName): boolean {
  const held = heldTombstones(ctx.store, zone, tombstoneHash(), ctx.sizes.slice.held);
  if (held.length > 0) {
    const items = held.map((one): Pulled => ({ ...one, gone: true }));
    report(ctx, zone, applyPulled(ctx.store, zone, items, ctx.clock.now()));
  }
  return held.length === ctx.sizes.slice.held;
}

/** What merging met that a person must be told, or that has to be said again. In the transaction of the merge. */
export function report(ctx: StepContext, zone: ZoneName, result: PulledResult): void {
  const now = ctx.clock.now();
  for (const id of result.coreConflicts) {
    addNotice(ctx.store, `coreConflict:${toHex(id)}`, 'coreConflict', now, { zone, id: toHex(id) });
  }
  for (const one of result.uncovered) staysDeleted(ctx, one.id, one);
  for (const { id, upTo, deletedMs } of result.lowered) {
    const value = clearedValue(upTo, deletedMs, currentKeys(ctx).deviceId);
    writeRegister(ctx, zone, id, newPayload(KIND.conversation), ConversationField.CLEARED_UP_TO, value);
  }
  noteMarks(ctx, result.marks);
  for (const lost of result.lost) {
    if (lost.kind === KIND.message && lost.content !== null && wasRecovered(decodePayload(lost.content))) {
      noteRecoverLost(ctx, lost.id);
    }
  }
}

/** What had come damaged and opens after all: should it happen again, it is said again. */
function noLongerRefused(store: Store, zone: ZoneName, items: readonly Pulled[]): void {
  if (anyNotice(store, damagedNotice(zone))) {
    for (const { id } of items) {
      dropNotices(store, damagedNotice(zone, id));
    }
  }
}

function noteDamaged(ctx: StepContext, zone: ZoneName, damaged: Damaged): void {
  const { store } = ctx;
  const { id, rev, epoch, hint, hash } = damaged;
  // The base is true whether or not the content opens; nothing that is here changes.
  rememberBase(store, zone, id, { rev, epoch, hint, hash });
  const unproven = damaged.tombstone;
  addNotice(store, damagedNotice(zone, id, rev), 'recordRefused', ctx.clock.now(), {
    zone,
    id: toHex(id),
    why: unproven ? 'unprovenTombstone' : damaged.why,
  });
}

function noteOlder(ctx: StepContext, zone: ZoneName, page: OpenedPage): void {
  for (const { id, rev, knownRev } of page.older) {
    addNotice(ctx.store, `older:${zone}:${toHex(id)}:${rev}:${knownRev}`, 'recordRefused', ctx.clock.now(), {
      zone,
      id: toHex(id),
      why: 'olderVersion',
      rev,
      knownRev,
    });
  }
}
