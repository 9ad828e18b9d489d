/** The real sync worker, which dies when it is told to dismiss the notice "die". */
import { parentPort } from 'node:worker_threads';
// First: it hears its first message, which this would take from it.
import '../../sync/worker.ts';
import type { ToWorker } from '../../sync/protocol.ts';

parentPort?.on('message', (message: ToWorker) => {
  if (
    message.type === 'command' &&
    message.command.name === 'dismissNotice' &&
    message.command.input.id === 'die'
  ) {
    throw new Error('died on purpose');
  }
});
