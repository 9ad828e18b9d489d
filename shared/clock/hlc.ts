/**
 * The hybrid logical clock behind register stamps (SPEC CLK-*): milliseconds << 16 | counter, 64 bits.
 *
 * Time goes forward even if the machine's clock goes back. What a device sees from others moves it forward too, but only
 * within the skew that devices are allowed: a stamp from next year, which a merge takes like any other, must not
 * carry every later write of this device into next year. A write always exceeds the one it replaces.
 */
import { type Clock, MAX_CLOCK_SKEW_MS } from './clock.ts';

const MAX_STAMP = 0xffff_ffff_ffff_ffffn;
const MAX_MS = 2 ** 48 - 1;

export function stampFromMs(ms: number): bigint {
  if (!Number.isInteger(ms) || ms < 0 || ms > MAX_MS)
    throw new RangeError(`Not a time in milliseconds: ${ms}.`);
  return BigInt(ms) << 16n;
}

export function msFromStamp(stamp: bigint): number {
  return Number(stamp >> 16n);
}

export class Hlc {
  readonly #clock: Clock;
  #last: bigint;

  /** `last`: where an earlier run of this device stopped, as `last` gave it. */
  constructor(clock: Clock, last = 0n) {
    this.#clock = clock;
    this.#last = last;
  }

  /** The latest stamp given or observed: keep it with what was written. */
  get last(): bigint {
    return this.#last;
  }

  /** A stamp later than every one given, observed, and than `replaced`, the stamps of the registers it is to win over. */
  now(...replaced: bigint[]): bigint {
    let stamp = stampFromMs(Math.max(0, Math.floor(this.#clock.now())));
    if (stamp <= this.#last) stamp = this.#last + 1n;
    this.#last = stamp;
    for (const old of replaced) if (stamp <= old) stamp = old + 1n;
    if (stamp > MAX_STAMP) throw new RangeError('No later stamp is left for this register.');
    if (this.#isNear(stamp)) this.#last = stamp;
    return stamp;
  }

  /** Another device's stamp. One from beyond the allowed skew is not followed. */
  observe(stamp: bigint): void {
    if (stamp > this.#last && this.#isNear(stamp)) this.#last = stamp;
  }

  #isNear(stamp: bigint): boolean {
    return msFromStamp(stamp) <= this.#clock.now() + MAX_CLOCK_SKEW_MS;
  }
}
