/**
 * The thread that stretches a password: started by the sync worker (run/opaque-thread.ts) for one registration or sign-in, ended by it
 * afterwards. Keeps nothing, writes nothing.
 */
import { parentPort } from 'node:worker_threads';
import { opaqueHere } from './account/opaque-steps.ts';
import type { FromOpaqueWorker, ToOpaqueWorker } from './run/opaque-thread.ts';

if (parentPort === null) {
  throw new Error('opaque-worker.ts is started as a worker thread, by the sync worker.');
}
const port = parentPort;
const tell = (message: FromOpaqueWorker) => port.postMessage(message);

port.on('message', ({ step, input }: ToOpaqueWorker) => {
  opaqueHere.run(step, input).then(
    (output) => tell({ output }),
    (error: unknown) => tell({ error: error instanceof Error ? error.message : String(error) }),
  );
});
