/**
 * The cloud put together: what it is made of, which calls there are and who may make each. A function from Request to
 * Response; main.ts gives it a port, tests and the simulator call it as it is.
 */
import { systemRandom } from '../shared/crypto/random.ts';
import { sodiumReady } from '../shared/crypto/sodium.ts';
import { AccountService } from '../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import { BlobService } from '../shared/proto/gen/lockstep/cloud/v1/blobs_pb.js';
import { EventService } from '../shared/proto/gen/lockstep/cloud/v1/events_pb.js';
import { MailboxService } from '../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import { ZoneService } from '../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { createDirectory } from './accounts/directory.ts';
import { cloudInfo } from './accounts/info.ts';
import { createInvitationCode, storeInvitation } from './accounts/invitations.ts';
import { changePasswordFinish, changePasswordStart } from './accounts/password.ts';
import { createRateLimiter, type Rates, rates } from './accounts/rate-limits.ts';
import { createRecovery } from './accounts/recovery.ts';
import { createSignIn } from './accounts/sign-in.ts';
import { signUpFinish, signUpStart } from './accounts/sign-up.ts';
import { getBlob } from './blobs/get.ts';
import { createBlobKeeper } from './blobs/keeper.ts';
import { type BlobLimits, DEFAULT_BLOB_LIMITS } from './blobs/limits.ts';
import { dropUpload, putBlob } from './blobs/put.ts';
import { statBlobs } from './blobs/state.ts';
import type { CloudContext, MailboxLimits, Registration } from './context.ts';
import { joinDevice } from './devices/join.ts';
import { getKeyring, listSessions, signOut, updateKeyring } from './devices/keyring.ts';
import { createHub, systemTimers, type Timers } from './events/hub.ts';
import { watch } from './events/watch.ts';
import { createGuards } from './http/guards.ts';
import type { Log } from './http/log.ts';
import { createServer, type Peer } from './http/server.ts';
import type { Services } from './http/services.ts';
import { acknowledge, receive } from './mailboxes/receive.ts';
import { createRemembered } from './mailboxes/remembered.ts';
import { send } from './mailboxes/send.ts';
import { CLOUD_SIZES, type CloudSizes } from './sizes.ts';
import { createGather, type Gather } from './storage/gather.ts';
import type { Check } from './storage/integrity.ts';
import { type CloudImage, openStorage } from './storage/open.ts';
import { renewIncarnations } from './storage/restore.ts';
import { createSweeper } from './storage/sweeper.ts';
import { DEFAULT_QUOTA } from './zones/limits.ts';
import { backfill, changes, openZone } from './zones/pull.ts';
import { markForPurge, undoPurge } from './zones/purge.ts';
import { createPurger } from './zones/purger.ts';
import { push } from './zones/push.ts';
import { fetchRecords, inventory } from './zones/repair.ts';

export type CloudOptions = {
  /** A folder, or ':memory:'. */
  dataDir: string;
  /** With ':memory:': what another one in memory was at some moment. */
  image?: CloudImage;
  name?: string;
  /** The database comes from a backup: its zones get a new incarnation before anybody is answered. */
  restored?: boolean;
  registration: Registration;
  /** How thoroughly the database is looked at before it is opened; quick where nothing is said. */
  check?: Check;
  /** The database takes no more than this, then writing is `unavailable` until there is room. */
  largestDatabaseBytes?: number;
  /** Codes that are good for one account each, beside those made later. */
  invitations?: string[];
  quotaBytes?: number;
  mailboxLimits?: Partial<MailboxLimits>;
  rates?: Partial<Rates>;
  blobLimits?: Partial<BlobLimits>;
  sizes?: CloudSizes;
  clock?: { now(): number };
  random?: (length: number) => Uint8Array;
  timers?: Timers;
  /** Runs it when this turn of the event loop is over: what came by then is written together. Where there is no loop, at once. */
  later?: (work: () => void) => void;
  log?: Log;
};

export type Cloud = {
  fetch(request: Request, peer?: Peer): Promise<Response>;
  /** Makes an invitation: good for one account. */
  invite(): string;
  /** Streams that are open now. */
  watching(): number;
  /** What is committed, and its secret, for another cloud in memory to begin with. Never leaves the process. */
  image(): CloudImage;
  /** Streams end, answered requests finish, then the database closes. */
  close(): Promise<void>;
};

const MAILBOX_LIMITS: MailboxLimits = { mailboxBytes: 1024 ** 3, mailboxEntries: 100_000 };

const KIB = 1024;
const bodyLimits = {
  'lockstep.cloud.v1.ZoneService/Push': 2_048 * KIB + 128 * KIB,
  'lockstep.cloud.v1.MailboxService/Send': 512 * KIB,
  'lockstep.cloud.v1.BlobService/PutBlob': 1_024 * KIB + 4 * KIB,
  'lockstep.cloud.v1.AccountService/UpdateKeyring': 512 * KIB,
  other: 64 * KIB,
};

/** More than the fullest call has that its handler takes. [Note: many small fields] */
const fieldLimits = {
  // 400 puts that name 32 blobs each: 16,002.
  'lockstep.cloud.v1.ZoneService/Push': 20_000,
  // 256 recipients and 32 blobs: 1,314.
  'lockstep.cloud.v1.MailboxService/Send': 2_000,
  // 64 entries and 2,000 wraps: 10,205.
  'lockstep.cloud.v1.AccountService/UpdateKeyring': 12_000,
  other: 4_000,
};

const createServices = (ctx: CloudContext, gather: Gather, table: Rates) => {
  const { anyone, ticket, session, together } = createGuards(ctx, gather);
  const limiter = createRateLimiter(ctx.now, table);
  const signIn = createSignIn(ctx, limiter);
  const recovery = createRecovery(ctx, limiter);
  const directory = createDirectory(ctx, limiter);

  return (router: Services): void => {
    router.service(AccountService, {
      getCloudInfo: anyone(() => cloudInfo(ctx)),
      signUpStart: anyone((request, call) => {
        limiter.take('signUpPerAddress', call.address);
        return signUpStart(ctx, request);
      }),
      signUpFinish: anyone((request, call) => {
        limiter.take('signUpFinishPerAddress', call.address);
        return signUpFinish(ctx, request);
      }),
      signInStart: anyone((request, call) => signIn.start(request, call.address)),
      signInFinish: anyone((request) => signIn.finish(request)),
      recoverStart: anyone((request, call) => recovery.start(request, call.address)),
      recoverFinish: anyone((request) => recovery.finish(request)),
      joinDevice: ticket((who, request) => joinDevice(ctx, who, request)),
      // These two look at the token themselves: a session, or the ticket of a recovery.
      changePasswordStart: anyone((request, call) => changePasswordStart(ctx, call.bearer, request)),
      changePasswordFinish: anyone((request, call) => changePasswordFinish(ctx, call.bearer, request)),
      getKeyring: session((who) => getKeyring(ctx, who)),
      updateKeyring: session((who, request) => updateKeyring(ctx, who, request)),
      lookUp: session((who, request) => directory.lookUp(who, request)),
      listSessions: session((who) => listSessions(ctx, who)),
      signOut: session((who) => signOut(ctx, who)),
    });
    router.service(ZoneService, {
      openZone: session((who, request) => openZone(ctx, who, request)),
      push: together((who, request) => push(ctx, who, request)),
      changes: session((who, request) => changes(ctx, who, request)),
      backfill: session((who, request) => backfill(ctx, who, request)),
      inventory: session((who, request) => inventory(ctx, who, request)),
      fetch: session((who, request) => fetchRecords(ctx, who, request)),
      markForPurge: session((who, request) => markForPurge(ctx, who, request)),
      undoPurge: session((who, request) => undoPurge(ctx, who, request)),
    });
    router.service(MailboxService, {
      send: together((who, request) => {
        const account = String(who.account);
        limiter.take('sendPerAccount', account);
        return send(ctx, who, request, (bytes) => limiter.take('rememberedPerAccount', account, bytes));
      }),
      receive: session((who, request) => receive(ctx, who, request)),
      acknowledge: together((who, request) => acknowledge(ctx, who, request)),
    });
    router.service(BlobService, {
      putBlob: session((who, request) => putBlob(ctx, who, request)),
      statBlobs: session((who, request) => statBlobs(ctx, who, request)),
      getBlob: session((who, request) => getBlob(ctx, who, request)),
      dropUpload: session((who, request) => dropUpload(ctx, who, request)),
    });
    router.service(EventService, {
      watch: session((who, request, news) => watch(ctx, who, request, news)),
    });
  };
};

export const createCloud = async (options: CloudOptions): Promise<Cloud> => {
  await sodiumReady();
  const now = options.clock === undefined ? Date.now : () => options.clock?.now() ?? Date.now();
  const random = options.random ?? systemRandom;
  const log = options.log ?? (() => undefined);
  const timers = options.timers ?? systemTimers;
  const { db, secret, keptIn } = await openStorage(options.dataDir, {
    ...(options.check === undefined ? {} : { check: options.check }),
    ...(options.restored === undefined ? {} : { restored: options.restored }),
    ...(options.image === undefined ? {} : { image: options.image }),
    ...(options.largestDatabaseBytes === undefined ? {} : { largestBytes: options.largestDatabaseBytes }),
  });
  if (options.restored === true) renewIncarnations(db, random);
  if (keptIn !== undefined) log({ level: 'error', event: 'log_set_aside', folder: keptIn });
  const sizes = options.sizes ?? CLOUD_SIZES;
  const sweeper = createSweeper(db, timers);
  const hub = createHub(timers, now);
  const keeper = createBlobKeeper({ db, sizes, timers, now, log, emptied: sweeper.soon });
  const blobs = keeper.uses;
  const remembered = createRemembered({ db, sizes, timers, now, log });
  const purger = createPurger({ db, sizes, hub, blobs, timers, now, log, emptied: sweeper.soon });
  const ctx: CloudContext = {
    name: options.name ?? 'Lockstep',
    registration: options.registration,
    quotaBytes: options.quotaBytes ?? DEFAULT_QUOTA,
    limits: { ...MAILBOX_LIMITS, ...options.mailboxLimits },
    blobLimits: { ...DEFAULT_BLOB_LIMITS, ...options.blobLimits },
    sizes,
    db,
    secret,
    hub,
    blobs,
    now,
    random,
    log,
    sweepSoon: sweeper.soon,
    purgeAt: purger.at,
    sendRemembered: remembered.since,
  };
  for (const code of options.invitations ?? []) storeInvitation(db, code, now());

  let open = true;
  const server = createServer({
    services: createServices(ctx, createGather(db, options.later), { ...rates, ...options.rates }),
    bodyLimits,
    fieldLimits,
    healthy: () => open,
    beforeCall: () => {
      purger.settle();
      keeper.settle();
      remembered.settle();
    },
    now,
    random,
    log,
  });
  return {
    fetch: server.fetch,
    invite: () => {
      const code = createInvitationCode(random);
      storeInvitation(db, code, now());
      return code;
    },
    watching: hub.size,
    image: () => ({ database: db.image(), secret: { ...secret } }),
    close: async () => {
      if (!open) return;
      open = false;
      const drained = server.drain();
      hub.close();
      await drained;
      purger.stop();
      keeper.stop();
      remembered.stop();
      sweeper.stop();
      db.close();
    },
  };
};
