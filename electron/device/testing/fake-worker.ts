/** A sync worker for tests of the link alone: does what the command's input says. */
import { parentPort } from 'node:worker_threads';
import type { FromWorker, ToWorker } from '../../sync/protocol.ts';
import type { Conditions } from '../../sync/status-types.ts';

const say = (message: FromWorker): void => parentPort?.postMessage(message);

let conditions: Conditions | null = null;

parentPort?.on('message', (message: ToWorker) => {
  if (message.type === 'open') {
    if (message.options.dbPath === 'refused')
      say({ type: 'failed', code: null, reason: 'fromTheFuture', detail: 'Update Lockstep.' });
    else if (message.options.dbPath === 'neverReady') return;
    // One that is started anew opens for as long as it is let.
    else if (message.options.dbPath !== 'opensOnce' || message.options.mayRecover) say({ type: 'ready' });
    return;
  }
  if (message.type === 'conditions') {
    conditions = message.conditions;
    return;
  }
  if (message.type === 'stop') {
    say({ type: 'stopped' });
    parentPort?.close();
    return;
  }
  const { id, command } = message;
  switch (command.name) {
    case 'checkCloud':
      if (command.input.url === 'crash') throw new Error('crashed on purpose');
      if (command.input.url === 'never') return;
      if (command.input.url === 'conditions') {
        // What it was told, in the place of an address.
        say({ type: 'reply', id, reply: { ok: true, result: { url: JSON.stringify(conditions) } } });
      } else if (command.input.url === 'refuse') {
        say({
          type: 'reply',
          id,
          reply: { ok: false, failure: { reason: 'rateLimited', retryAfterMs: 5, detail: 'Wait.' } },
        });
      } else if (command.input.url === 'internal') {
        say({
          type: 'reply',
          id,
          reply: { ok: false, failure: { reason: 'internal', retryAfterMs: null, detail: 'secret' } },
        });
      } else {
        say({ type: 'reply', id, reply: { ok: true, result: { url: command.input.url } } });
      }
      break;
    default:
      say({ type: 'event', event: { type: 'notices' } });
      say({ type: 'reply', id, reply: { ok: true, result: null } });
  }
});
