/** Builds the renderer if its sources changed, and says what the bundler says. */
import { buildRenderer } from './renderer.ts';

await buildRenderer();
