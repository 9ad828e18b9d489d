/** A new device signs in and takes the whole history: decrypted, in the app's tables, searchable, on disk. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { messageCount } from '../../electron/store/messages.ts';
import { messageRid } from '../../electron/store/rid.ts';
import { searchMessages } from '../../electron/store/search.ts';
import { searchIndexPath } from '../../electron/store/search-index.ts';
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import { readAccount } from '../prepare/account.ts';
import { finish, input } from '../support/child.ts';
import { atRest, startDevice } from '../support/device.ts';
import { costOf } from '../support/process-cost.ts';

const { url, pid, folder } = input<{ url: string; pid: number; folder: string }>();
const account = readAccount(folder);
await sodiumReady();
const device = await startDevice();
const cloudBefore = costOf(pid);

const asked = performance.now();
await device.signIn(url, account.handle);
// The password's stretching lies behind: a quarter second or more, on purpose.
const began = performance.now();

let firstAt = 0;
const newest = device.store.sql('SELECT count(*) AS n FROM message WHERE rid >= ? AND shown = 1');
const wanted = Math.min(200, account.count);
const look = setInterval(() => {
  const { n } = newest.get(messageRid(account.newest200Ms)) as { n: number };
  if (n < wanted) return;
  firstAt = performance.now();
  clearInterval(look);
}, 5);
await device.until(atRest);
const rested = performance.now();
// On its way into the index in a thread of its own: it ends when everything is found by searching.
const middle = `${Math.ceil(account.count / 2)}`;
while (searchMessages(device.store, middle, 5).incomplete) await new Promise((next) => setTimeout(next, 10));
const ended = performance.now();
clearInterval(look);

const here = messageCount(device.store);
if (here !== account.count) throw new Error(`${here} messages of ${account.count} came.`);
const { hits } = searchMessages(device.store, middle, 5);
if (hits.length === 0) throw new Error('The message in the middle is not found by its number.');
const cloudAfter = costOf(pid);
await device.stop();
const path = join(device.folder, 'messages.db');

const seconds = (ended - began) / 1000;
finish({
  seconds,
  perSecond: account.count / seconds,
  signInMs: began - asked,
  newest200Ms: (firstAt === 0 ? ended : firstAt) - began,
  atRestS: (rested - began) / 1000,
  diskMb: [path, searchIndexPath(path)].reduce((sum, one) => sum + statSync(one).size, 0) / 1e6,
  ...(cloudBefore === null || cloudAfter === null ? {} : { cloudCpuS: cloudAfter.cpuS - cloudBefore.cpuS }),
});
