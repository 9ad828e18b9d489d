/**
 * Connect clients of one cloud over an injected `fetch`: the real one in the worker, `cloud.fetch` behind a fault injector in the
 * simulator and the tests.
 */
import { type Client, createClient, type Interceptor } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';
import { AccountService } from '../../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import { BlobService } from '../../../shared/proto/gen/lockstep/cloud/v1/blobs_pb.js';
import { EventService } from '../../../shared/proto/gen/lockstep/cloud/v1/events_pb.js';
import { MailboxService } from '../../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import { ZoneService } from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';

export type Fetch = typeof globalThis.fetch;

export type CloudClient = {
  readonly accounts: Client<typeof AccountService>;
  readonly zones: Client<typeof ZoneService>;
  readonly mailboxes: Client<typeof MailboxService>;
  readonly blobs: Client<typeof BlobService>;
  readonly events: Client<typeof EventService>;
};

/** A step that hangs is a step that failed: unary calls end after this. The poke stream minds its own silence. */
export const CALL_TIMEOUT_MS = 30_000;

export function createCloudClient(options: { fetch: Fetch; url: string; token: string | null }): CloudClient {
  const authorize: Interceptor = (next) => (request) => {
    if (options.token !== null) {
      request.header.set('Authorization', `Bearer ${options.token}`);
    }
    return next(request);
  };
  const shared = {
    baseUrl: options.url.replace(/\/+$/, ''),
    useBinaryFormat: true,
    fetch: options.fetch,
    interceptors: [authorize],
  };
  const unary = createConnectTransport({ ...shared, defaultTimeoutMs: CALL_TIMEOUT_MS });
  const streaming = createConnectTransport(shared);
  return {
    accounts: createClient(AccountService, unary),
    zones: createClient(ZoneService, unary),
    mailboxes: createClient(MailboxService, unary),
    blobs: createClient(BlobService, unary),
    events: createClient(EventService, streaming),
  };
}
