/** What large transfers wait for: a person, power, a connection that is not metered (state.ts, invariant 8; SPEC SWI-30 to 33). Pure. */
import {
  type BlobCounts,
  ENOUGH_METERED,
  type EngineState,
  LARGE,
  type Uploads,
  type Work,
  type ZoneState,
} from './state.ts';

/** Invariant 8: what a large transfer waits for, or null. */
export function waitsFor(state: EngineState): 'onBattery' | 'metered' | null {
  if (state.anyway || state.switch === 'off') {
    return null;
  }
  const { onBattery, metered } = state.conditions;
  if (metered === true && (largeUpload(state) || largeDownload(state.zones.messages))) {
    return 'metered';
  }
  return onBattery === true && largeUpload(state) ? 'onBattery' : null;
}

/** A connection that costs by volume, and nobody has said to go on all the same. */
export function meteredNow(state: EngineState): boolean {
  return state.conditions.metered === true && !state.anyway;
}

/** Records of the messages zone go up from here, now or when what holds them up is over. */
export function uploadsRecords({ switch: value }: Pick<EngineState, 'switch'>): boolean {
  return value === 'on' || value === 'enabling';
}

/** Attachments that go up, as far as the switch lets them: with it off, those that nothing but records lack are nobody's work. */
export function blobsToUpload(
  state: Pick<EngineState, 'switch'>,
  { up, upForRecords }: BlobCounts,
): Pick<Uploads, 'all' | 'small'> {
  return uploadsRecords(state)
    ? { all: up.all + upForRecords.all, small: up.small + upForRecords.small }
    : up;
}

/** How this computer is powered and connected is just being found out: what is large does not begin before that is known. */
export function looksFirst(state: EngineState): boolean {
  return state.conditionsSoonUntil > state.now && !state.anyway;
}

/** Only what is small goes up of the messages: deletes, and changes of records that the cloud has. */
export function uploadWaits(state: EngineState): boolean {
  return waitsFor(state) !== null || (looksFirst(state) && largeUpload(state));
}

/** Nothing is read of the messages zone now. */
export function downloadWaits(state: EngineState): boolean {
  return standsStill(state) || (looksFirst(state) && largeDownload(state.zones.messages));
}

/** Attachments wait for another connection: one to be sent that is large, or what must come before the switch is off. */
export function blobsWait(state: EngineState): boolean {
  const { blobs } = state;
  const { all, small } = blobsToUpload(state, blobs);
  return meteredNow(state) && (all > small || (state.switch === 'disabling' && blobs.all > 0 && !state.held));
}

function largeDownload({ stage, walk, pull }: ZoneState): boolean {
  const left = ({ done, total }: Work) => (total === null ? 0 : total - done);
  return stage === 'walking'
    ? walk.messages.done >= ENOUGH_METERED && left(walk.messages) >= LARGE
    : stage === 'behind' && left(pull) >= LARGE;
}

/** The messages zone does not move, for a while that nobody knows: held by a person, or waiting for another connection. */
export function standsStill(state: EngineState): boolean {
  return (
    state.held || (!state.anyway && state.conditions.metered === true && largeDownload(state.zones.messages))
  );
}

/**
 * Nothing is read of the messages zone that would say whether it is to be purged: with the switch off, or where it stands still and a purge is known,
 * which may be taken back or over meanwhile (SPEC SWI-15). That is heard by asking where the zone stands.
 */
export function asksForPurge(state: EngineState): boolean {
  return state.switch === 'off' || (state.heard.purge !== null && standsStill(state));
}

/** What is small never waits for better conditions. */
function largeUpload(state: EngineState): boolean {
  const { total, done } = state.upload;
  return uploadsRecords(state) && total !== null && total - done >= LARGE;
}
