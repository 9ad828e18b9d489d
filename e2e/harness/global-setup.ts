/** The window and the app must be built before a device can be started. */
import { buildHosts } from '../../build/hosts.ts';
import { buildRenderer } from '../../build/renderer.ts';

export default async function setup(): Promise<void> {
  await buildRenderer();
  await buildHosts();
}
