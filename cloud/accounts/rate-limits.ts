/**
 * Token buckets in memory: how often one key (an address, a handle, an account) may do one thing. Forgotten at a restart,
 * which is why failed sign-ins are counted in the database too (sign-in-locks.ts). SPEC ACC-5.
 */
import { ErrorCode } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import { CloudError } from '../http/errors.ts';

export type Rate = { burst: number; perSecond: number };

export const rates = {
  signInPerHandle: { burst: 20, perSecond: 1 / 6 },
  signInPerAddress: { burst: 120, perSecond: 2 },
  signUpPerAddress: { burst: 60, perSecond: 1 / 10 },
  signUpFinishPerAddress: { burst: 60, perSecond: 1 / 10 },
  recoverPerHandle: { burst: 10, perSecond: 1 / 30 },
  sendPerAccount: { burst: 5_000, perSecond: 50 },
  /** In bytes: some 700 MB within the 30 days for which they are kept, and 1.5 sends a second all that time, which is above what people do. */
  rememberedPerAccount: { burst: 64 * 1024 ** 2, perSecond: 256 },
  lookUpPerAccount: { burst: 1_000, perSecond: 10 },
} satisfies { [what: string]: Rate };

export type Rates = { [what in keyof typeof rates]: Rate };

type Bucket = { left: number; at: number };

const KEPT_BUCKETS = 50_000;

export type RateLimiter = {
  /** `count`: as often at once, all of it or nothing; no more than the burst. */
  take(what: keyof typeof rates, key: string | undefined, count?: number): void;
  /** How many keys are remembered; the one that was quiet longest is forgotten for a new one. */
  size(): number;
};

export const createRateLimiter = (now: () => number, table: Rates = rates): RateLimiter => {
  const buckets = new Map<string, Bucket>();
  return {
    size: () => buckets.size,
    /** An undefined key (a caller in the same process) is not limited. */
    take(what, key, count = 1) {
      if (key === undefined) return;
      const { burst, perSecond } = table[what];
      const name = `${what} ${key}`;
      const at = now();
      const bucket = buckets.get(name);
      const waited = bucket === undefined ? 0 : Math.max(0, at - bucket.at) / 1000;
      const left = bucket === undefined ? burst : Math.min(burst, bucket.left + waited * perSecond);
      buckets.delete(name);
      if (left < count) {
        buckets.set(name, { left, at });
        throw new CloudError(
          ErrorCode.RATE_LIMITED,
          'Too many requests.',
          ((count - left) / perSecond) * 1000,
        );
      }
      buckets.set(name, { left: left - count, at });
      if (buckets.size > KEPT_BUCKETS) {
        const oldest = buckets.keys().next().value;
        if (oldest !== undefined) buckets.delete(oldest);
      }
    },
  };
};
