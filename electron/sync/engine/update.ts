/** Small immutable updates that the reducers share. */
import type { EngineState, SwitchState, ZoneName, ZoneState } from './state.ts';

export function patchZone(state: EngineState, name: ZoneName, patch: Partial<ZoneState>): EngineState {
  return { ...state, zones: { ...state.zones, [name]: { ...state.zones[name], ...patch } } };
}

export function withSwitch(
  state: EngineState,
  value: SwitchState,
  reason: EngineState['switchReason'],
): EngineState {
  return { ...state, switch: value, switchReason: reason };
}
