/** A device that holds messages of its own uploads them: imported as changes, as another program's history would be. */
import { join } from 'node:path';
import { getIdentity } from '../../electron/store/identity.ts';
import { getEpochKey } from '../../electron/store/keyring.ts';
import { openStore } from '../../electron/store/open.ts';
import { putMerged } from '../../electron/store/records.ts';
import { idKey } from '../../shared/crypto/epoch-keys.ts';
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import { decodePayload } from '../../shared/model/payload-codec.ts';
import { history } from '../prepare/history.ts';
import { finish, input } from '../support/child.ts';
import { startCloud } from '../support/cloud.ts';
import { atRest, KEY, startDevice } from '../support/device.ts';
import { temporaryFolder } from '../support/folder.ts';
import { costOf } from '../support/process-cost.ts';

const { count } = input<{ count: number }>();
await sodiumReady();
const cloud = await startCloud(temporaryFolder('cloud'));
const first = await startDevice();
await first.signUp(cloud.url, 'anna@example.org');
await first.until(atRest);
await first.stop();

const store = openStore({ path: join(first.folder, 'messages.db'), key: KEY });
const past = history(getIdentity(store)!.accountId, idKey(getEpochKey(store, 1)!, 2, 1), count);
const records = past.records();
const imported = performance.now();
for (let more = true; more; ) {
  store.write(() => {
    for (let index = 0; index < 4000 && more; index += 1) {
      const { value, done } = records.next();
      if (done === true) more = false;
      else putMerged(store, 'messages', value.id, decodePayload(value.bytes), { dirty: true });
    }
  });
}
const importSeconds = (performance.now() - imported) / 1000;
store.close();

const cpuBefore = process.cpuUsage();
const cloudBefore = costOf(cloud.pid);
const began = performance.now();
const device = await startDevice(first.folder);
const left = device.store.sql('SELECT count(*) AS n FROM dirty');
await device.until((status) => atRest(status) && (left.get() as { n: number }).n === 0);
const seconds = (performance.now() - began) / 1000;
const cpu = process.cpuUsage(cpuBefore);
const cloudAfter = costOf(cloud.pid);
await device.stop();
await cloud.stop();
finish({
  seconds,
  perSecond: count / seconds,
  importPerSecond: count / importSeconds,
  cpuS: (cpu.user + cpu.system) / 1e6,
  ...(cloudBefore === null || cloudAfter === null ? {} : { cloudCpuS: cloudAfter.cpuS - cloudBefore.cpuS }),
});
