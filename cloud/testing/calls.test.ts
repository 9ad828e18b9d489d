import { expect, test } from 'vitest';
import { AccountService } from '../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import { BlobService } from '../../shared/proto/gen/lockstep/cloud/v1/blobs_pb.js';
import { EventService } from '../../shared/proto/gen/lockstep/cloud/v1/events_pb.js';
import { MailboxService } from '../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import { ZoneService } from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { READING_CALLS, WRITING_CALLS } from './calls.ts';

test('ERR-20 every call of the cloud is known to the crash tests, as one that writes or one that does not', () => {
  const services = [AccountService, ZoneService, MailboxService, BlobService, EventService];
  const all = services.flatMap(({ methods }) => methods.map(({ name }) => name));
  expect([...WRITING_CALLS, ...READING_CALLS].sort()).toEqual(all.sort());
});
