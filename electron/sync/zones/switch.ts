/** The switch "Messages in iCloud" of this device reaches its end: on, or off. */
import { getZoneState, setZoneState } from '../../store/zone-state.ts';
import { bringBack } from './bring-back.ts';
import { ownDeviceSeen, ownDeviceSwitch } from './own-device.ts';
import type { ZoneContext } from './zone-call.ts';

export async function finishSwitch(ctx: ZoneContext, on: boolean): Promise<null> {
  const { store } = ctx;
  if (on) {
    await bringBack(ctx);
  }
  store.write(() => {
    const { switchReason } = getZoneState(store, 'messages');
    setZoneState(store, 'messages', on ? { switch: 'on', switchReason: null } : { switch: 'off' });
    ownDeviceSwitch(ctx, on, on ? '' : (switchReason ?? ''));
    if (on) {
      ownDeviceSeen(ctx);
    }
    store.changes.flag('devices');
  });
  return null;
}
