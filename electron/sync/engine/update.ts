/** Small immutable updates that the reducers share. */
import type { EngineState, SwitchState, ZoneName, ZoneState } from './state.ts';
import type { Step } from './steps.ts';

export function patchZone(state: EngineState, name: ZoneName, patch: Partial<ZoneState>): EngineState {
  return { ...state, zones: { ...state.zones, [name]: { ...state.zones[name], ...patch } } };
}

export function withSwitch(
  state: EngineState,
  value: SwitchState,
  reason: EngineState['switchReason'],
  by: EngineState['switchedBy'] = null,
): EngineState {
  return { ...state, switch: value, switchReason: reason, switchedBy: by };
}

/** The cloud is there: nothing is waited for any more, but for what it has asked for itself. */
export function stillAsked(state: EngineState, now: number): EngineState['retry'] {
  const { retry } = state;
  return retry !== null && retry.notBefore > now ? { ...retry, failures: 1 } : null;
}

/** What gives the cloud something. Reading goes first for a while after one that failed (`readFirstUntil`). */
export function isWrite({ type }: Step): boolean {
  return type === 'push' || type === 'send' || type === 'upload';
}
