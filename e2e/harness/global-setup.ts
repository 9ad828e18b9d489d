/** The window must be built before a device can serve it. */
import { buildRenderer } from '../../build/renderer.ts';

export default async function setup(): Promise<void> {
  await buildRenderer();
}
