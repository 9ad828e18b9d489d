/** Connect clients of a cloud in this process, for tests. Calls go through `cloud.fetch`, without a port. */
import { type Client, ConnectError, createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';
import { AccountService } from '../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import { BlobService } from '../../shared/proto/gen/lockstep/cloud/v1/blobs_pb.js';
import { ErrorCode, LockstepErrorSchema } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import { EventService } from '../../shared/proto/gen/lockstep/cloud/v1/events_pb.js';
import { MailboxService } from '../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import { ZoneService } from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import type { Cloud } from '../app.ts';

export const ORIGIN = 'http://cloud.test';

export type Clients = {
  account: Client<typeof AccountService>;
  zone: Client<typeof ZoneService>;
  mailbox: Client<typeof MailboxService>;
  blob: Client<typeof BlobService>;
  event: Client<typeof EventService>;
};

export const clientsOf = (cloud: Pick<Cloud, 'fetch'>, token?: string, address?: string): Clients => {
  const transport = createConnectTransport({
    baseUrl: ORIGIN,
    useBinaryFormat: true,
    fetch: (input, init) => cloud.fetch(new Request(input, init), { address }),
    interceptors: [
      (next) => (request) => {
        if (token !== undefined) request.header.set('authorization', `Bearer ${token}`);
        return next(request);
      },
    ],
  });
  return {
    account: createClient(AccountService, transport),
    zone: createClient(ZoneService, transport),
    mailbox: createClient(MailboxService, transport),
    blob: createClient(BlobService, transport),
    event: createClient(EventService, transport),
  };
};

/** The one LockstepError of a call that has to fail. */
export const errorOf = async (call: Promise<unknown>) => {
  try {
    await call;
  } catch (error) {
    const connect = ConnectError.from(error);
    const details = connect.findDetails(LockstepErrorSchema);
    if (details.length !== 1 || details[0] === undefined) throw error;
    return {
      ...details[0],
      name: ErrorCode[details[0].code],
      retryAfter: connect.metadata.get('retry-after'),
    };
  }
  throw new Error('the call was expected to fail');
};

export const codeOf = async (call: Promise<unknown>): Promise<string | undefined> =>
  (await errorOf(call)).name;
