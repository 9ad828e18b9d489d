/** A new device signs in and takes the whole history: decrypted, in the app's tables, searchable, on disk. */
import { existsSync, statSync } from 'node:fs';
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

/** `keep`: a folder for the device, that stays. */
const { url, pid, folder, keep } = input<{
  url: string;
  pid: number;
  folder: string;
  keep?: string | null;
}>();
const account = readAccount(folder);
await sodiumReady();
const device = await startDevice(keep ?? undefined);
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
while (account.count > 0 && searchMessages(device.store, middle, 5).incomplete)
  await new Promise((next) => setTimeout(next, 10));
const ended = performance.now();
clearInterval(look);

const here = messageCount(device.store);
if (here !== account.count) throw new Error(`${here} messages of ${account.count} came.`);
const { hits } = searchMessages(device.store, middle, 5);
if (hits.length === 0 && account.count > 0)
  throw new Error('The message in the middle is not found by its number.');
const cloudAfter = costOf(pid);
// Who keeps it searches it: the last messages are indexed when they have rested.
while (typeof keep === 'string' && unread() > 0) await new Promise((next) => setTimeout(next, 100));
await device.stop();
const path = join(device.folder, 'messages.db');

/** Blocks that the index has not read as they are. */
function unread(): number {
  const index = device.store.searchIndex;
  const blocks = device.store.all<{ first: number; mark: number }>('SELECT first, mark FROM search_block');
  return blocks.filter(({ first, mark }) => index === null || index.block(first, mark) === null).length;
}

const seconds = (ended - began) / 1000;
finish({
  seconds,
  perSecond: account.count / seconds,
  signInMs: began - asked,
  newest200Ms: (firstAt === 0 ? ended : firstAt) - began,
  atRestS: (rested - began) / 1000,
  diskMb:
    [path, searchIndexPath(path)].reduce((sum, one) => sum + (existsSync(one) ? statSync(one).size : 0), 0) /
    1e6,
  ...(cloudBefore === null || cloudAfter === null ? {} : { cloudCpuS: cloudAfter.cpuS - cloudBefore.cpuS }),
});
