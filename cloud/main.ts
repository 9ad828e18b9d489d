/**
 * The cloud's command line:
 *
 *     npm run cloud -- --data DIR --port N --host H [--name NAME] [--registration open|invitation|closed] [--trust-proxy]
 *         [--max-size GIB] [--max-file MIB] [--check quick|full|none]
 *     npm run cloud -- --data DIR --invite
 *     npm run cloud -- --data DIR --backup FILE
 *
 * --backup: one file with all there is, database and secret, of a cloud that runs or not. Put back as DIR/cloud.db, started with
 * --restored. --check: how thoroughly the database is looked at before it is opened; a damaged one ends with exit code 3.
 * --restored: the data folder comes from a backup, or is to go on although its write-ahead log is damaged; once, at the first start after that.
 * LOCKSTEP_END_WITH_STDIN=1: whoever started it holds its standard input, and it ends with them, however they end.
 * Prints `Cloud ready: http://H:PORT` when it serves. SIGTERM and SIGINT end it: streams first, then what is under way is
 * answered, then the database closes.
 */

import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { serve } from '@hono/node-server';
import { LARGEST_FILE, sealedBlobLength } from '../shared/crypto/blobs.ts';
import { createCloud } from './app.ts';
import type { Registration } from './context.ts';
import { clientAddress } from './http/address.ts';
import { jsonLines } from './http/log.ts';
import { backUp } from './storage/backup.ts';
import { type Check, DatabaseDamagedError } from './storage/integrity.ts';
import { inWords } from './storage/trouble.ts';

const registrations: readonly string[] = ['open', 'invitation', 'closed'] satisfies Registration[];
const checks: readonly string[] = ['quick', 'full', 'none'] satisfies Check[];
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXIT_DAMAGED = 3;

const usage = (problem: string): never => {
  process.stderr.write(
    `${problem}\nUsage: npm run cloud -- --data DIR [--port N] [--host H] [--name NAME] [--registration open|invitation|closed] [--trust-proxy] [--restored] [--max-size GIB] [--max-file MIB] [--check quick|full|none] [--invite] [--backup FILE]\n`,
  );
  process.exit(EXIT_USAGE);
};

const fail = (what: string, error: unknown): never => {
  process.stderr.write(`${what}: ${inWords(error)}\n`);
  process.exit(error instanceof DatabaseDamagedError ? EXIT_DAMAGED : EXIT_FAILED);
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
        backup: { type: 'string' },
        check: { type: 'string', default: 'quick' },
        'max-size': { type: 'string' },
        'max-file': { type: 'string' },
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

if (!checks.includes(flags.check)) usage('--check takes quick, full or none.');
const maxSize = Number(flags['max-size'] ?? Number.POSITIVE_INFINITY);
if (!(maxSize > 0)) usage('--max-size takes a number of GiB.');

const MIB = 1024 ** 2;
const maxFile = flags['max-file'] === undefined ? undefined : Math.floor(Number(flags['max-file']) * MIB);
if (maxFile !== undefined && !(maxFile >= 1 && maxFile <= LARGEST_FILE))
  usage(`--max-file takes a number of MiB, ${LARGEST_FILE / MIB} at most.`);

if (flags.backup !== undefined) {
  const size = await backUp(dataDir, flags.backup, Date.now()).catch((error: unknown) =>
    fail('The backup was not made', error),
  );
  process.stdout.write(`Backup written: ${flags.backup} (${size} bytes)\n`);
  process.exit(0);
}

// A log that cannot be written, on a full disk for instance, is no reason to end.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
const log = jsonLines((line) => process.stderr.write(line), Date.now);

const start = async () => {
  try {
    return await createCloud({
      dataDir,
      name: flags.name,
      registration: flags.registration as Registration,
      restored: flags.restored,
      // An invitation beside a running cloud: that one has looked already.
      check: flags.invite ? 'none' : (flags.check as Check),
      ...(maxFile === undefined ? {} : { blobLimits: { largestBlob: sealedBlobLength(maxFile) } }),
      ...(Number.isFinite(maxSize) ? { largestDatabaseBytes: maxSize * 1024 ** 3 } : {}),
      log,
      later: setImmediate,
    });
  } catch (error) {
    return fail('The cloud cannot start', error);
  }
};

const cloud = await start();

if (flags.invite) {
  process.stdout.write(`${cloud.invite()}\n`);
  await cloud.close();
} else {
  const addressOf = ({ headers, socket }: IncomingMessage): string | undefined =>
    clientAddress(socket.remoteAddress, headers['x-forwarded-for'], flags['trust-proxy']);
  const server = serve({
    fetch: (request, { incoming }) =>
      cloud.fetch(request, { address: addressOf(incoming as IncomingMessage) }),
    port,
    hostname: flags.host,
    serverOptions: {
      // Who sends a request drop by drop holds a connection no longer than this; streams are answers and not meant.
      headersTimeout: 15_000,
      requestTimeout: 120_000,
      connectionsCheckingInterval: 5_000,
      maxHeaderSize: 16 * 1024,
    },
  });
  server.on('error', (error) => {
    process.stderr.write(`The cloud cannot listen on ${flags.host}:${port}: ${error.message}\n`);
    process.exit(EXIT_FAILED);
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
