/**
 * The moment an account is on this device: identity, session, keyring and own device record, in one transaction. Sign-up,
 * sign-in and recovery end here and nowhere else.
 */
import { EMPTY } from '../../../shared/crypto/bytes.ts';
import type { DeviceKeys } from '../../../shared/crypto/device-log.ts';
import type { Signed } from '../../../shared/crypto/signing.ts';
import { setRegister } from '../../../shared/model/payload.ts';
import { newSettings } from '../../../shared/model/settings.ts';
import { appValue, textValue } from '../../../shared/model/values.ts';
import { DeviceField, SettingsField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { getIdentity, setIdentity } from '../../store/identity.ts';
import { saveKeyring } from '../../store/keyring.ts';
import type { Store } from '../../store/open.ts';
import { putMerged } from '../../store/records.ts';
import { getZoneState, setZoneState } from '../../store/zone-state.ts';
import type { StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';
import { holdKeys } from '../keyring/own.ts';
import type { DeviceDescription } from '../protocol.ts';
import { settingsRecordId } from '../zones/names.ts';
import { ownDeviceSwitch, writeOwnDevice } from '../zones/own-device.ts';
import { isOwners, noteOwner } from './owner.ts';
import { dropPendingSignUps, keepRecoveryQuestion, type RecoveryQuestion } from './pending.ts';

export type NewMember = {
  cloudUrl: string;
  accountId: Uint8Array;
  handle: string;
  device: DeviceKeys;
  description: DeviceDescription;
  sessionToken: string;
  log: Signed[];
  epochs: Signed[];
  /** K_e by epoch; verified. */
  keys: Map<number, Uint8Array>;
  /** Of a new account. */
  profileName: string | null;
  question: RecoveryQuestion | null;
  /** Whether a new device's switch goes on. One that has taken part before keeps its switch as it was. */
  takesPart: boolean;
};

/** A store belongs to one account for good: somebody else begins with an empty one. */
export function refuseOtherAccount(store: Store, accountId: Uint8Array): void {
  if (!isOwners(store, accountId)) {
    throw new SyncFailure(
      'otherAccount',
      "This device holds another account's messages. Put them aside first (start fresh).",
    );
  }
}

export function refuseSignedIn(store: Store): void {
  const identity = getIdentity(store);
  if (identity !== undefined && identity.state === 'active' && identity.sessionToken !== null) {
    throw new SyncFailure('alreadySignedIn', 'Somebody is signed in on this device. Sign out first.');
  }
}

export function establish(ctx: StepContext, member: NewMember): void {
  const { store } = ctx;
  const { accountId, device, description } = member;
  refuseOtherAccount(store, accountId);
  const before = ctx.keys.get();
  ctx.keys.set(holdKeys(accountId, device.deviceId, member.keys));
  try {
    store.write(() => {
      noteOwner(store, member);
      setIdentity(store, {
        accountId,
        handle: member.handle,
        cloudUrl: member.cloudUrl,
        deviceId: device.deviceId,
        signKey: device.signKey,
        sealKey: device.sealKey,
        sessionToken: member.sessionToken,
        state: 'active',
        createdMs: ctx.clock.now(),
      });
      saveKeyring(store, {
        log: member.log,
        epochs: member.epochs.map(({ body, signature }, index) => ({
          epoch: index + 1,
          body,
          signature,
          key: member.keys.get(index + 1) ?? null,
        })),
      });
      writeOwnDevice(ctx, [
        [DeviceField.NAME, textValue(description.name)],
        [DeviceField.APP, appValue(description.appVersion, description.platform)],
      ]);
      if (member.profileName !== null && member.profileName !== '') {
        const name = textValue(member.profileName);
        const payload = setRegister(
          newSettings(),
          SettingsField.PROFILE_NAME,
          EMPTY,
          ctx.hlc.now(),
          device.deviceId,
          name,
        );
        putMerged(store, 'account', settingsRecordId(ctx), payload, { dirty: true });
      }
      const messages = getZoneState(store, 'messages');
      if (messages.phase === 'new' && messages.switch === 'off' && messages.switchReason === null) {
        if (member.takesPart) setZoneState(store, 'messages', { switch: 'enabling' });
        else ownDeviceSwitch(ctx, false, '');
      }
      dropPendingSignUps(store);
      keepRecoveryQuestion(store, member.question);
    });
  } catch (error) {
    ctx.keys.set(before);
    throw error;
  }
  ctx.signal({ type: 'signedIn' });
}
