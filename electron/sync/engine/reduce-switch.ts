/**
 * What happens to the switch "Messages in iCloud" of this device: by a person here, by one on another device, by a purge at the cloud
 * (SPEC SWI-*, whose table has every state and event).
 */
import type { EngineState, ZoneHeard } from './state.ts';
import { patchZone, withSwitch } from './update.ts';

/** Turned by a person on this device, while somebody is signed in on it: else it would not be kept. Nothing turns it on while a purge is pending: that is what Undo is for. */
export function setSwitch(state: EngineState, on: boolean): EngineState {
  if (state.session !== 'active') return state;
  if (on) {
    return state.heard.purge?.asked === true || state.switch === 'on' || state.switch === 'enabling'
      ? state
      : turnOn(state);
  }
  return state.switch === 'off' || state.switch === 'disabling' ? state : turnOff(state, null, null);
}

/** Turned off for all devices, on another one. Then nothing turns it on again but a person here: no Undo of a purge either. */
export function offEverywhere(state: EngineState, by: string): EngineState {
  if (state.purgeOff !== null) {
    return { ...withSwitch(state, state.switch, 'allDevices', by), purgeOff: null };
  }
  return state.switch === 'off' || state.switch === 'disabling' ? state : turnOff(state, 'allDevices', by);
}

export function zoneHeard(before: EngineState, heard: ZoneHeard): EngineState {
  const { purge } = heard;
  // What the cloud says now is newer than a push that it refused.
  const state: EngineState = { ...before, heard, purgePendingUntil: 0 };
  if (purge === null && heard.forgotten === true) {
    // Nobody has taken it back: off, or on its way there, as if a person had turned it off here.
    return state.purgeOff === null ? state : { ...withSwitch(state, state.switch, null), purgeOff: null };
  }
  if (purge === null) {
    // Taken back: what it has turned off goes on again.
    return state.purgeOff === null ? state : turnOn(state);
  }
  if (!purge.asked) {
    return state;
  }
  if (state.purgeOff !== null) {
    return { ...state, purgeOff: purge.id, switchedBy: purge.by };
  }
  return state.switch === 'on' || state.switch === 'enabling'
    ? { ...turnOff(state, 'purging', purge.by), purgeOff: purge.id }
    : state;
}

/** Cancel: a turning on or off goes back to where it came from; while on, what is under way is held. Nothing is lost by any of them. */
export function cancel(state: EngineState): EngineState {
  switch (state.switch) {
    case 'enabling':
      return withSwitch({ ...state, held: false, mailbox: 'behind' }, 'off', null);
    case 'disabling':
      return state.purgeOff === null ? turnOn(state) : state;
    case 'on':
      return { ...state, held: true };
    case 'off':
      return state;
  }
}

/**
 * The disk has no room for what is only in the cloud: it stays on, and says so. What was let go of here meanwhile comes back and is asked for
 * (SPEC SYN-160). A purge does not ask.
 */
export function noRoomToTurnOff(state: EngineState): EngineState {
  return state.switch === 'disabling' && state.purgeOff === null
    ? withSwitch({ ...state, againAt: state.now }, 'on', 'diskTooSmall')
    : state;
}

function turnOn(state: EngineState): EngineState {
  const { messages } = state.zones;
  const stage = messages.stage === 'current' ? 'behind' : messages.stage;
  const on = withSwitch({ ...state, purgeOff: null, held: false }, 'enabling', null);
  return patchZone(on, 'messages', { stage, fullUntil: 0 });
}

/** What is only in the cloud comes down first. */
function turnOff(
  state: EngineState,
  reason: EngineState['switchReason'],
  by: EngineState['switchedBy'],
): EngineState {
  const { messages } = state.zones;
  const stage = messages.stage === 'current' ? 'behind' : messages.stage;
  return patchZone(withSwitch({ ...state, held: false }, 'disabling', reason, by), 'messages', { stage });
}
