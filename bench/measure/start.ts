/** From starting the app's process to an answered list of conversations, as its window asks for it. */
import { buildApp } from '../../build/app.ts';
import { connectDevice } from '../../build/device-client.ts';
import { readAccount } from '../prepare/account.ts';
import { finish, input } from '../support/child.ts';
import { pointAt } from '../support/device.ts';
import { startHost } from '../support/host.ts';
import { costOf } from '../support/process-cost.ts';

const { profile, url, folder } = input<{ profile: string; url: string; folder: string }>();
const { conversations } = readAccount(folder);
pointAt(profile, url);
await buildApp();
const began = performance.now();
const host = await startHost(profile, url);
const served = performance.now();
const client = await connectDevice(host.address);
const listed = await client.conversations.list.query();
const answered = performance.now();
if (listed.length < conversations)
  throw new Error(`${listed.length} of ${conversations} conversations are listed.`);
const cost = costOf(host.pid);
await host.stop();
finish({
  servesMs: served - began,
  listedMs: answered - began,
  ...(cost === null ? {} : { hostCpuS: cost.cpuS, hostPeakMb: cost.peakMb }),
});
