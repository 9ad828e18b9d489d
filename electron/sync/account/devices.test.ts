import { fromBinary } from '@bufbuild/protobuf';
import { afterEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { toHex } from '../../../shared/crypto/bytes.ts';
import { DeviceLogEntrySchema } from '../../../shared/proto/gen/lockstep/cloud/v1/keys_pb.js';
import { ownKeyring } from '../keyring/own.ts';
import { coreDevice } from '../testing/core-device.ts';
import { fetchOf } from '../testing/zone-device.ts';

const YEAR_MS = 365 * 86_400_000;

let cloud: Cloud;
afterEach(() => cloud.close());

const NOTICED = [true, false];
const cases = [-YEAR_MS, YEAR_MS].flatMap((offMs) => NOTICED.map((noticed) => ({ offMs, noticed })));

test.each(cases)(
  "SYN-4 SYN-141 a removal is dated by the cloud's time where this device's clock is wrong (by $offMs ms; noticed before: $noticed)",
  async ({ offMs, noticed }) => {
    cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
    let skewMs = 0;
    // Whatever else would say what the time is, from then on.
    let silent = false;
    const anna = coreDevice(cloud, {
      clock: { now: () => Date.now() + skewMs },
      fetch: (input, init) =>
        silent && !String(input).includes('.AccountService/')
          ? Promise.reject(new TypeError('No connection.'))
          : fetchOf(cloud)(input, init),
    });
    const second = coreDevice(cloud);
    await anna.signUp('anna@example.org');
    await second.signIn('anna@example.org', false);
    await anna.until(({ phase }) => phase === 'idle', 'rest');
    skewMs = offMs;
    silent = !noticed;
    if (noticed) {
      await anna.core.execute({ name: 'syncNow', input: null });
      await anna.until(({ paused }) => paused?.reason === 'clockWrong', 'the wrong clock');
    }
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
