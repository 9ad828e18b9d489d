/** Asks the cloud where a zone stands, and begins (or begins again) the first sync at its head. */

import type { ZoneState as CloudZoneState } from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { addNotice } from '../../store/notices.ts';
import type { Store } from '../../store/open.ts';
import type { ZoneName } from '../../store/values.ts';
import { getZoneState, patchExtra, setZoneState, type ZoneState } from '../../store/zone-state.ts';
import { NO_WALK, type ZoneHeard } from '../engine/state.ts';
import type { StepResult } from '../engine/steps.ts';
import { numberOf } from '../network/answers.ts';
import { alarmNotice, sayWhatOthersSaw } from './heads.ts';
import { ownDeviceSwitch } from './own-device.ts';
import { begunWalk } from './walk.ts';
import { heard, stateIn, ZONE, type ZoneContext } from './zone-call.ts';
import { noteHeard } from './zone-heard.ts';

export async function openZone(ctx: ZoneContext, zone: ZoneName, take: boolean): Promise<StepResult['open']> {
  const { store } = ctx;
  const response = await ctx.cloud.zones.openZone({ zone: ZONE[zone] }, { signal: ctx.abort });
  const state = stateIn(response);
  const { generation } = state;
  backAgain(store, zone, generation);
  const known = getZoneState(store, zone);
  const head = numberOf(state.head);
  const openedMs = numberOf(state.timeMs);
  const result: StepResult['open'] = {
    head,
    openedMs,
    seen: 0,
    stage: 'unopened',
    walk: NO_WALK,
    moved: null,
    alarm: null,
    heard: null,
  };

  if (known.generation !== 0 && known.generation !== generation) {
    // Settings and devices are no history: the account zone goes on by itself. For messages a person has to switch on again.
    const accepted = known.extra['leftFor'] === generation && known.switch === 'enabling';
    if (zone === 'messages' && !accepted) {
      return { ...result, moved: 'generation', heard: leaveGeneration(ctx, state) };
    }
    setZoneState(store, zone, { extra: { ...known.extra, leftFor: generation } });
    // Everything here is renamed for the new generation and offered to it.
    return { ...result, moved: 'incarnation' };
  }
  if (known.incarnation !== 0n && known.incarnation !== state.incarnation) {
    if (take || zone !== 'messages') return { ...result, moved: 'incarnation' };
    // Nothing is forgotten before the switch goes on again. Whether the zone is to be purged is heard all the same: else a device whose
    // cloud was put back to before that could neither undo it nor turn its switch on.
    return { ...result, moved: 'incarnation', heard: note(ctx, zone, state, {}) };
  }
  if (!take) {
    const said = note(ctx, zone, state, { generation, incarnation: state.incarnation });
    if (zone === 'messages') sayWhatOthersSaw(ctx, state);
    return { ...result, heard: said };
  }
  if (head < known.head) {
    alarmNotice(ctx, 'rolledBack', { zone, head, known: known.head });
    setZoneState(store, zone, { phase: 'stopped:rolledBack' });
    return { ...result, alarm: 'rolledBack' };
  }
  const walk = begunWalk(state);
  ctx.ahead.clear();
  const said = note(ctx, zone, state, {
    generation,
    incarnation: state.incarnation,
    phase: 'walking',
    // The forward feed goes on from here when the walk has ended.
    token: response.token,
    head,
    backfillCursor: response.backfillCursor,
    backfillDone: 0,
    backfillTotal: numberOf(state.records + state.tombstones),
    extra: { ...known.extra, openedMs, walk },
  });
  return { ...result, seen: head, stage: 'walking', walk, heard: said };
}

/** The cloud was put back to before the purge that it had told of: there is no other generation to go to (SPEC SYN-150). */
function backAgain(store: Store, zone: ZoneName, generation: number): void {
  const known = getZoneState(store, zone);
  if (known.generation === generation && known.extra['leftFor'] !== undefined) {
    patchExtra(store, zone, { leftFor: undefined });
  }
}

/** Where it stands, with what the cloud says beside its records. */
function note(
  ctx: ZoneContext,
  zone: ZoneName,
  state: CloudZoneState,
  change: Partial<ZoneState>,
): ZoneHeard | null {
  return ctx.store.write(() => {
    setZoneState(ctx.store, zone, { ...change, ...heard(ctx, state) });
    return zone === 'messages' ? noteHeard(ctx, state) : null;
  });
}

/**
 * Purged, or its keys reset: the switch goes off here, everything local stays, the person is told (SPEC SYN-9). What is said of the generation
 * that is there now is heard all the same: a device that stays behind shows its purge, and can undo it (SPEC SWI-6).
 */
function leaveGeneration(ctx: ZoneContext, state: CloudZoneState): ZoneHeard {
  const { store } = ctx;
  const { generation } = state;
  return store.write(() => {
    const { extra, switch: before } = getZoneState(store, 'messages');
    // Turned off by the purge that is over now, or on until this moment.
    const tookPart = before !== 'off' || extra['purgeOff'] !== undefined;
    setZoneState(store, 'messages', {
      phase: 'new',
      token: null,
      backfillCursor: null,
      head: 0,
      extra: { ...extra, leftFor: generation, heads: [], purgeOff: undefined },
      ...heard(ctx, state),
    });
    if (tookPart) {
      setZoneState(store, 'messages', { switch: 'off', switchReason: 'purged' });
      ownDeviceSwitch(ctx, false, 'purged');
      addNotice(store, `zonePurged:${generation}`, 'zonePurged', ctx.clock.now(), { generation });
    }
    return noteHeard(ctx, state);
  });
}
