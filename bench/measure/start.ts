/**
 * From starting the app's process to an answered list of conversations, as its window asks for it. What asks here is not a window: its own first
 * request, for which Node loads an HTTP client, is made before, elsewhere.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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
await firstRequest();
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

/** Refused by a server of its own. */
async function firstRequest(): Promise<void> {
  const server = createServer((_, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await connectDevice(`http://127.0.0.1:${port}/`).catch(() => null);
  server.close();
}
