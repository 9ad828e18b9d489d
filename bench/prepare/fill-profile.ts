/** A profile of the app, signed in to a prepared cloud and in step with it. */
import { connectDevice } from '../../build/device-client.ts';
import { finish, input } from '../support/child.ts';
import { PASSWORD } from '../support/device.ts';
import { startHost } from '../support/host.ts';
import { readAccount } from './account.ts';

const { profile, url, folder } = input<{ profile: string; url: string; folder: string }>();
const account = readAccount(folder);
const host = await startHost(profile, url);
const client = await connectDevice(host.address);
await client.session.signIn.mutate({
  cloud: { kind: 'address', url },
  handle: account.handle,
  password: PASSWORD,
  deviceName: 'Bench',
});
for (;;) {
  const status = await client.sync.status.query();
  if (status.phase === 'idle' && status.switch === 'on' && status.lastSyncedAt !== null) break;
  await new Promise((resolve) => setTimeout(resolve, 100));
}
const conversations = (await client.conversations.list.query()).length;
await host.stop();
finish({ conversations });
