/** What a failed step changes. The kinds come from `LockstepError.code` (run/failure-kind.ts). */
import { waitAfter } from './backoff.ts';
import { noRoomToTurnOff } from './reduce-switch.ts';
import type { EngineEvent, EngineState } from './state.ts';
import { isWrite, patchZone, stillAsked } from './update.ts';

type Failed = Extract<EngineEvent, { type: 'failed' }>;

const PURGE_AGAIN_MS = 60 * 60_000;
const DISK_AGAIN_MS = 30_000;
const FILES_REST_MS = 20_000;
/** Once a lane may go on after a write that failed: long enough for some pages, short enough for what waits behind a first sync. */
const READ_FIRST_MS = 10_000;

export function reduceFailed(before: EngineState, event: Failed): EngineState {
  const zone = 'zone' in event.step ? event.step.zone : null;
  const ended: EngineState = { ...before, running: { ...before.running, [event.step.lane]: null } };
  // A feed that fails keeps no first sync from going on.
  const state = event.step.type === 'changes' ? patchZone(ended, event.step.zone, { fed: true }) : ended;
  const answered: EngineState = { ...state, retry: stillAsked(state, event.now), online: true };
  switch (event.kind) {
    case 'sessionEnded':
    case 'removed':
      return { ...answered, session: 'ended' };
    case 'appTooOld':
      return { ...answered, appTooOld: true };
    case 'keyringForged':
      return { ...answered, keyring: 'forged' };
    case 'staleKeyring':
      return backOff({ ...answered, keyring: 'stale' }, event, before);
    case 'purgePending':
      // Only the messages zone is ever to be purged, and only its pushes wait for that.
      if (event.step.type !== 'push' || zone !== 'messages') return backOff(state, event, before);
      return { ...answered, purgePendingUntil: event.now + PURGE_AGAIN_MS };
    case 'diskFull':
      return { ...noRoomToTurnOff(state), diskFullUntil: event.now + DISK_AGAIN_MS };
    case 'tokenInvalid':
      return zone === null
        ? backOff(state, event, before)
        : backOff(patchZone(state, zone, { stage: 'unopened' }), event, before);
    case 'generationChanged':
      // Open says which of the two it was, and to what.
      return zone === null ? backOff(state, event, before) : patchZone(answered, zone, { stage: 'unopened' });
    case 'incarnationChanged':
      return zone === null ? backOff(state, event, before) : patchZone(answered, zone, { stage: 'unopened' });
    case 'tooLarge':
      if (event.step.type === 'push') {
        return patchZone(answered, event.step.zone, {
          pushLimit: Math.max(1, Math.floor(event.step.limit / 2)),
        });
      }
      return backOff(state, event, before);
    case 'file':
      // The cloud has no part in it, and nothing else waits for it.
      if (event.step.lane !== 'blobs') return backOff(state, event, before);
      // What cannot be deleted is left for later, by the step itself.
      if (event.step.type === 'sweep') return state;
      return {
        ...state,
        filesRestUntil: event.now + FILES_REST_MS,
        filesFailedSince: state.filesFailedSince ?? event.now,
      };
    case 'network':
    case 'busy':
    case 'refused':
    case 'internal':
      return backOff(state, event, before);
  }
}

function backOff(state: EngineState, event: Failed, before: EngineState): EngineState {
  const failures = (before.retry?.failures ?? 0) + 1;
  const at = event.now + waitAfter(failures, event.retryAfterMs, event.jitter);
  return {
    ...state,
    readFirstUntil: isWrite(event.step)
      ? { ...state.readFirstUntil, [event.step.lane]: at + READ_FIRST_MS }
      : state.readFirstUntil,
    retry: {
      failures,
      at,
      since: before.retry?.since ?? event.now,
      kind: event.kind,
      notBefore: event.retryAfterMs > 0 ? at : 0,
      write: isWrite(event.step) && (before.retry?.write ?? true),
    },
  };
}
