/**
 * The switch "Messages in iCloud" of this device in the database: what a restart finds again, what the other devices are told, and its end
 * points, on and off. What turns it is the engine's (engine/reduce-switch.ts).
 */
import { toHex } from '../../../shared/crypto/bytes.ts';
import { setOwnKeep } from '../../store/keep-messages.ts';
import type { Store } from '../../store/open.ts';
import { putMerged, recordRow } from '../../store/records.ts';
import { tellAnswered } from '../../store/remembered-deletes.ts';
import { getZoneState, patchExtra, setZoneState, type ZoneState } from '../../store/zone-state.ts';
import { answerDeletedHere } from '../commands/deleted-here.ts';
import type { StepContext } from '../context.ts';
import type { EngineState } from '../engine/state.ts';
import { SyncFailure } from '../failure.ts';
import { messageRecordId } from './names.ts';
import { ownDeviceSeen, ownDeviceSwitch } from './own-device.ts';
import { fetchUnreadable } from './refetch.ts';
import type { ZoneContext } from './zone-call.ts';
import { accountRequests } from './zone-heard.ts';

export type SwitchMemory = Pick<EngineState, 'switchedBy' | 'purgeOff' | 'held'>;

export function switchMemory({ extra }: ZoneState): SwitchMemory {
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return {
    switchedBy: text(extra['switchedBy']),
    purgeOff: text(extra['purgeOff']),
    held: extra['held'] === true,
  };
}

/** As the engine has it now. Off is told to the other devices at once: a turning on that was cancelled never reaches `finishSwitch`. */
export function saveSwitch(ctx: StepContext, state: EngineState): void {
  const { store } = ctx;
  const { switch: value, switchReason, switchedBy, purgeOff, held } = state;
  store.write(() => {
    if (value === 'on' || value === 'enabling') {
      // Turned on by no person here (an Undo elsewhere, a Cancel, a disk without room): nobody was asked what becomes of what was deleted
      // meanwhile (SPEC SYN-36).
      answerDeletedHere(ctx, 'bringBack');
    }
    setZoneState(store, 'messages', { switch: value, switchReason });
    patchExtra(store, 'messages', {
      switchedBy: switchedBy ?? undefined,
      purgeOff: purgeOff ?? undefined,
      held: held || undefined,
    });
    if (value === 'off') {
      ownDeviceSwitch(ctx, false, switchReason ?? '');
    }
    store.changes.flag('devices');
  });
}

/** `still`: whether that is what the engine wants by then. A person may have turned it meanwhile, or more have come that is to be here first. */
export async function finishSwitch(ctx: ZoneContext, on: boolean, still: () => boolean): Promise<null> {
  const { store } = ctx;
  // So that on means whole, and off that it is here.
  if (!(await fetchUnreadable(ctx, 'messages'))) {
    throw new SyncFailure(
      'keyringStale',
      'What comes is sealed under a newer key than this device holds yet.',
    );
  }
  if (!still()) {
    return null;
  }
  store.write(() => {
    const { switchReason } = getZoneState(store, 'messages');
    setZoneState(store, 'messages', on ? { switch: 'on', switchReason: null } : { switch: 'off' });
    ownDeviceSwitch(ctx, on, on ? '' : (switchReason ?? ''));
    if (on) {
      // What this device fetched has its delete by now. What nobody here has is told by a record that waits for its message (SPEC OUT-16).
      tellAnswered(store, ({ sender, guid }, payload) => {
        const id = messageRecordId(ctx, sender, guid);
        if (recordRow(store, 'messages', id) !== undefined) return false;
        putMerged(store, 'messages', id, payload, { dirty: true });
        return true;
      });
      ownDeviceSeen(ctx);
      // The account's setting holds. Off again, this device begins with forever: turning the switch off deletes nothing.
      setOwnKeep(store, null);
    }
    store.changes.flag('devices');
  });
  return null;
}

/**
 * "Off for all devices", asked on another one: its device id (hex) when it is new to this device, else null. What the account's settings hold
 * when a device first looks was asked before it came, and is not meant for it; nor is what was known when a person turned the switch on here
 * (SPEC SWI-8).
 */
export function newOffEverywhere(store: Store): string | null {
  const known = getZoneState(store, 'messages').extra['offSeen'];
  const { offEverywhere } = accountRequests(store);
  if (known === undefined || offEverywhere === null || known === toHex(offEverywhere.id)) {
    return null;
  }
  return toHex(offEverywhere.deviceId);
}

/**
 * It is new no more, once the switch that it has turned off is written down: that may have to wait for room on the disk (`saveSwitch`), and a
 * device that dies before is to hear it again.
 */
export function offEverywhereHeard(store: Store): void {
  const { switch: value, extra } = getZoneState(store, 'messages');
  const turns = value === 'on' || value === 'enabling' || extra['purgeOff'] !== undefined;
  if (!turns || newOffEverywhere(store) === null) {
    rememberOffEverywhere(store);
  }
}

/** What the settings say of that by now is no news to this device any more. */
export function rememberOffEverywhere(store: Store): void {
  const { offEverywhere } = accountRequests(store);
  const offSeen = offEverywhere === null ? '' : toHex(offEverywhere.id);
  if (getZoneState(store, 'messages').extra['offSeen'] !== offSeen) {
    patchExtra(store, 'messages', { offSeen });
  }
}
