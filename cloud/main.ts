/**
 * The cloud's command line:
 *
 *     npm run cloud -- --data DIR --port N --host H [--name NAME] [--registration open|invitation|closed] [--trust-proxy]
 *     npm run cloud -- --data DIR --invite
 *
 * --restored: the data folder comes from a backup; once, at the first start after it was put back.
 * LOCKSTEP_END_WITH_STDIN=1: whoever started it holds its standard input, and it ends with them, however they end.
 * Prints `Cloud ready: http://H:PORT` when it serves. SIGTERM and SIGINT end it: streams first, then what is under way is
 * answered, then the database closes.
 */

import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { serve } from '@hono/node-server';
import { createCloud } from './app.ts';
import type { Registration } from './context.ts';
import { jsonLines } from './http/log.ts';

const registrations: readonly string[] = ['open', 'invitation', 'closed'] satisfies Registration[];

const usage = (problem: string): never => {
  process.stderr.write(
    `${problem}\nUsage: npm run cloud -- --data DIR [--port N] [--host H] [--name NAME] [--registration open|invitation|closed] [--trust-proxy] [--restored] [--invite]\n`,
  );
  process.exit(2);
};

const readArguments = () => {
  try {
    return parseArgs({
      options: {
        data: { type: 'string' },
        port: { type: 'string', default: '8787' },
        host: { type: 'string', default: '127.0.0.1' },
        name: { type: 'string', default: 'Lockstep' },
        registration: { type: 'string', default: 'open' },
        'trust-proxy': { type: 'boolean', default: false },
        restored: { type: 'boolean', default: false },
        invite: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
};

const flags = readArguments();
const dataDir = flags.data ?? usage('--data DIR is needed: the folder that holds the database.');
const port = Number(flags.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535) usage('--port takes a number from 0 to 65535.');
if (!registrations.includes(flags.registration)) usage('--registration takes open, invitation or closed.');

const log = jsonLines((line) => process.stderr.write(line), Date.now);

const start = async () => {
  try {
    return await createCloud({
      dataDir,
      name: flags.name,
      registration: flags.registration as Registration,
      restored: flags.restored,
      log,
    });
  } catch (error) {
    process.stderr.write(
      `The cloud cannot start: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exit(1);
  }
};

const cloud = await start();

if (flags.invite) {
  process.stdout.write(`${cloud.invite()}\n`);
  await cloud.close();
} else {
  /** Behind a proxy every connection comes from the proxy; its word is taken only when the operator says so. */
  const addressOf = (incoming: IncomingMessage): string | undefined => {
    const forwarded = flags['trust-proxy'] ? incoming.headers['x-forwarded-for'] : undefined;
    const last = (Array.isArray(forwarded) ? forwarded.join(',') : forwarded)?.split(',').at(-1)?.trim();
    return last || incoming.socket.remoteAddress;
  };

  const server = serve({
    fetch: (request, { incoming }) =>
      cloud.fetch(request, { address: addressOf(incoming as IncomingMessage) }),
    port,
    hostname: flags.host,
  });
  server.on('error', (error) => {
    process.stderr.write(`The cloud cannot listen on ${flags.host}:${port}: ${error.message}\n`);
    process.exit(1);
  });
  server.on('listening', () => {
    const host = flags.host.includes(':') ? `[${flags.host}]` : flags.host;
    process.stdout.write(`Cloud ready: http://${host}:${(server.address() as AddressInfo).port}\n`);
  });

  let ending = false;
  const end = async (): Promise<void> => {
    if (ending) return;
    ending = true;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    // A connection that stalls gets five seconds, an idle one none.
    const stalled = setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), 5_000);
    await cloud.close();
    const idle = setInterval(() => 'closeIdleConnections' in server && server.closeIdleConnections(), 20);
    await closed;
    clearInterval(idle);
    clearTimeout(stalled);
    process.exit(0);
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  if (process.env['LOCKSTEP_END_WITH_STDIN'] === '1') {
    process.stdin.on('end', end);
    process.stdin.resume();
  }
}
