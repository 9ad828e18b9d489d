import { fromBinary } from '@bufbuild/protobuf';
import { afterEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { toHex } from '../../../shared/crypto/bytes.ts';
import { DeviceLogEntrySchema } from '../../../shared/proto/gen/lockstep/cloud/v1/keys_pb.js';
import { ownKeyring } from '../keyring/own.ts';
import { coreDevice } from '../testing/core-device.ts';

const YEAR_MS = 365 * 86_400_000;

let cloud: Cloud;
afterEach(() => cloud.close());

test.each([-YEAR_MS, YEAR_MS])(
  "SYN-4 a removal is dated by the cloud's time where this device's clock is known to be wrong (by %i ms)",
  async (offMs) => {
    cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
    let skewMs = 0;
    const anna = coreDevice(cloud, { clock: { now: () => Date.now() + skewMs } });
    const second = coreDevice(cloud);
    await anna.signUp('anna@example.org');
    await second.signIn('anna@example.org', false);
    skewMs = offMs;
    await anna.core.execute({ name: 'syncNow', input: null });
    await anna.until(({ paused }) => paused?.reason === 'clockWrong', 'the wrong clock');
    const [id] = [...ownKeyring(second.store).state.devices.keys()].slice(-1);
    await anna.core.execute({
      name: 'removeDevice',
      input: { id: id ?? '', stolen: false, password: null },
    });
    // Others go by this date when they judge what that device had sent before: by a year behind, none of it would be taken any more.
    const { change, timeMs } = fromBinary(DeviceLogEntrySchema, ownKeyring(anna.store).log.at(-1)!.body);
    expect(change.case === 'remove' && toHex(change.value.deviceId)).toBe(id);
    expect(Math.abs(Number(timeMs) - Date.now())).toBeLessThan(60_000);
    await anna.stop();
    await second.stop();
  },
  60_000,
);
