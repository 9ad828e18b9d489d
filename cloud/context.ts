/** What every part of the cloud is given: the database, the secret, the clock, randomness and the poke hub. */
import type { BlobLimits } from './blobs/limits.ts';
import type { BlobUses } from './blobs/uses.ts';
import type { Hub } from './events/hub.ts';
import type { Log } from './http/log.ts';
import type { CloudSizes } from './sizes.ts';
import type { Database } from './storage/database.ts';
import type { CloudSecret } from './storage/secret.ts';

export type Registration = 'open' | 'invitation' | 'closed';

export type CloudContext = {
  readonly name: string;
  readonly registration: Registration;
  readonly quotaBytes: number;
  readonly limits: MailboxLimits;
  readonly blobLimits: BlobLimits;
  readonly sizes: CloudSizes;
  readonly db: Database;
  readonly secret: CloudSecret;
  readonly hub: Hub;
  readonly blobs: BlobUses;
  readonly now: () => number;
  readonly random: (length: number) => Uint8Array;
  readonly log: Log;
  /** Called after something was deleted for good: the ciphertext leaves the WAL too, soon. */
  readonly sweepSoon: () => void;
  /** A zone is marked for purge at this time. */
  readonly purgeAt: (time: number) => void;
  /** A send is remembered from this time on. */
  readonly sendRemembered: (time: number) => void;
};

export type MailboxLimits = { mailboxBytes: number; mailboxEntries: number };
