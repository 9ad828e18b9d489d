/** Settings: what the account shares travels in its record, appearance, language and notifications are this device's own. */
import { fromHex } from '../../../shared/crypto/bytes.ts';
import { newSettings } from '../../../shared/model/settings.ts';
import { flagValue, textValue } from '../../../shared/model/values.ts';
import { SettingsField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { setDeviceSettings } from '../../store/settings.ts';
import type { StepContext } from '../context.ts';
import { dropReceiptsTo } from '../mail/outbox-rows.ts';
import type { CommandInput } from '../protocol.ts';
import { settingsRecordId } from '../zones/names.ts';
import { writeRegister } from './registers.ts';

export function setSettings(ctx: StepContext, input: CommandInput<'setSettings'>): void {
  const { store } = ctx;
  const { appearance, language, notifications, readReceipts, name, block } = input;
  store.write(() => {
    setDeviceSettings(store, {
      ...(appearance === undefined ? {} : { appearance }),
      ...(language === undefined ? {} : { language }),
      ...(notifications === undefined ? {} : { notifications }),
    });
    if (readReceipts !== undefined) {
      const value = flagValue(readReceipts);
      writeRegister(ctx, 'account', settingsRecordId(ctx), newSettings(), SettingsField.READ_RECEIPTS, value);
    }
    if (block !== undefined) {
      const value = flagValue(block.on);
      const key = fromHex(block.account);
      writeRegister(ctx, 'account', settingsRecordId(ctx), newSettings(), SettingsField.BLOCKED, value, key);
      if (block.on) dropReceiptsTo(ctx, key);
    }
    if (name !== undefined) {
      const value = textValue(name);
      writeRegister(ctx, 'account', settingsRecordId(ctx), newSettings(), SettingsField.PROFILE_NAME, value);
    }
  });
}
