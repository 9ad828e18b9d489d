/**
 * What every answer of a cloud must be before anything of it is used, beyond being protobuf: ids of ids' length, numbers that this program can
 * count with. A cloud that answers otherwise is refused as a whole answer, and asked again later (SPEC FUZ-4).
 */
import { SyncFailure } from '../failure.ts';

/** The failure for an answer that no cloud of ours gives. */
export const garbled = (message: string): SyncFailure => new SyncFailure('cloudGarbled', message);

const MOST = BigInt(Number.MAX_SAFE_INTEGER);

/** A count, place or time of the cloud's. Beyond what a number holds exactly, where no true one is, the nearest that it does. */
export function numberOf(value: bigint): number {
  return Number(value > MOST ? MOST : value < -MOST ? -MOST : value);
}

/** Throws `cloudGarbled` unless each names a record by 16 bytes. */
export function requireIds(records: readonly { readonly id: Uint8Array }[]): void {
  if (records.some(({ id }) => id.length !== 16))
    throw garbled('The cloud named a record by something that is no id.');
}
