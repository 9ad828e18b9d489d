import type { Bug } from './bug.ts';
import { CLOUD_BUGS } from './bugs-cloud.ts';
import { FILE_BUGS } from './bugs-files.ts';
import { STORE_BUGS } from './bugs-store.ts';
import { SYNC_BUGS } from './bugs-sync.ts';

/** Every bug that the simulation must find, in the order of the table in docs/SPEC.md. */
export const ZOO: readonly Bug[] = [...SYNC_BUGS, ...STORE_BUGS, ...CLOUD_BUGS, ...FILE_BUGS];
