/**
 * `node e2e/harness/age-keep-messages.ts PROFILE`: as if Keep Messages had been chosen a day earlier. The programs go by the system's clock,
 * so a story that cannot wait for a day has its setting written anew, by a program of its own while the app is not running.
 */
import { getPayload, putMerged } from '../../electron/store/records.ts';
import { getAccountSettings } from '../../electron/store/settings.ts';
import { getRegister, setRegister } from '../../shared/model/payload.ts';
import { keepMessagesValue } from '../../shared/model/values.ts';
import { SettingsField } from '../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { must, openProfile } from './open-profile.ts';

const [folder = ''] = process.argv.slice(2);
const { store, deviceId } = await openProfile(folder);
const { recordId, keep } = getAccountSettings(store);
const id = must(recordId, 'settings');
const payload = must(getPayload(store, 'account', id), 'settings');
const { stamp } = must(getRegister(payload, SettingsField.KEEP_MESSAGES), 'Keep Messages');
const value = keepMessagesValue(keep.days, keep.effectiveMs - 24 * 60 * 60 * 1000, keep.beforeDays);
const aged = setRegister(payload, SettingsField.KEEP_MESSAGES, new Uint8Array(), stamp + 1n, deviceId, value);
putMerged(store, 'account', id, aged, { dirty: true });
store.close();
process.stdout.write('Chosen a day earlier.\n');
