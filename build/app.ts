/** What a device needs before it can be started: its window and its program, each built when its sources changed. */
import { buildHosts } from './hosts.ts';
import { buildRenderer } from './renderer.ts';

export async function buildApp(): Promise<void> {
  await buildRenderer();
  await buildHosts();
}
