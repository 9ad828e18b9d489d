/**
 * Between a device and its cloud: passes everything on, but can answer look-ups with keys that somebody else made, can say of everybody but the
 * sender that his mailbox is full, and can take nothing.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  createDeviceKeys,
  logAfter,
  publicDevice,
  signAddDevice,
  signGenesis,
  verifyDeviceLog,
} from '../../shared/crypto/device-log.ts';
import { createEpoch } from '../../shared/crypto/epochs.ts';
import { systemRandom } from '../../shared/crypto/random.ts';
import { createRoot } from '../../shared/crypto/root.ts';
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import { LookUpResponseSchema } from '../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import { SignedSchema } from '../../shared/proto/gen/lockstep/cloud/v1/keys_pb.js';
import {
  NotDeliveredReason,
  NotDeliveredSchema,
  SendRequestSchema,
  SendResponseSchema,
} from '../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';

export type LyingCloud = {
  origin: string;
  lies: boolean;
  full: boolean;
  takesNothing: boolean;
  close(): Promise<void>;
};

export async function lyingCloud(origin: string): Promise<LyingCloud> {
  await sodiumReady();
  let made: Awaited<ReturnType<typeof keysFor>> | null = null;
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const headers = new Headers();
      for (const name of ['content-type', 'authorization', 'connect-protocol-version'])
        if (typeof request.headers[name] === 'string') headers.set(name, request.headers[name]);
      const gone = new AbortController();
      response.on('close', () => gone.abort());
      try {
        const url = new URL(request.url ?? '/', origin);
        if (lying.takesNothing && /\/(Push|Send)$/.test(url.pathname)) {
          response.writeHead(503).end();
          return;
        }
        const full =
          lying.full && url.pathname.endsWith('/Send') ? withoutOthers(Buffer.concat(chunks)) : null;
        const body = request.method === 'GET' ? null : (full?.request ?? Buffer.concat(chunks));
        const answer = await fetch(url, {
          method: request.method ?? 'POST',
          headers,
          body,
          signal: gone.signal,
        });
        const type = answer.headers.get('content-type') ?? '';
        response.writeHead(answer.status, { 'content-type': type });
        if (lying.lies && url.pathname.endsWith('/LookUp') && answer.ok) {
          const said = fromBinary(LookUpResponseSchema, new Uint8Array(await answer.arrayBuffer()));
          made ??= await keysFor(said.keyring!.accountId);
          Object.assign(said.keyring!, made);
          response.end(toBinary(LookUpResponseSchema, said));
        } else if (full !== null && answer.ok)
          response.end(full.answer(new Uint8Array(await answer.arrayBuffer())));
        else if (answer.body === null) response.end();
        else
          Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0])
            .on('error', () => response.destroy())
            .pipe(response);
      } catch {
        response.destroy();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const lying: LyingCloud = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lies: false,
    full: false,
    takesNothing: false,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return lying;
}

/** A send that reaches the sender's own mailbox alone, which a device names last, and an answer that says so. */
function withoutOthers(bytes: Uint8Array) {
  const send = fromBinary(SendRequestSchema, bytes);
  const others = send.recipients.slice(0, -1);
  send.recipients = send.recipients.slice(-1);
  return {
    request: toBinary(SendRequestSchema, send),
    answer(answered: Uint8Array): Uint8Array {
      const said = fromBinary(SendResponseSchema, answered);
      if (said.result.case === 'accepted')
        said.result.value.notDelivered = others.map(({ accountId }) =>
          create(NotDeliveredSchema, { accountId, reason: NotDeliveredReason.MAILBOX_FULL }),
        );
      return toBinary(SendResponseSchema, said);
    },
  };
}

/** A keyring that is whole in itself and belongs to nobody. */
async function keysFor(accountId: Uint8Array) {
  const root = createRoot(systemRandom);
  const signer = { identity: root.identity };
  const genesis = signGenesis({ accountId, root, timeMs: 1 });
  const device = publicDevice(createDeviceKeys(systemRandom));
  const log = [genesis, signAddDevice({ log: logAfter(accountId, [genesis]), device, signer, timeMs: 1 })];
  const state = verifyDeviceLog(log, { accountId });
  const { statement } = await createEpoch({ log: state, signer, timeMs: 1, random: systemRandom });
  return { log: log.map((one) => create(SignedSchema, one)), epochs: [create(SignedSchema, statement)] };
}
