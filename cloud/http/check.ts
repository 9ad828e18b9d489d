/** The shapes that every call's fields are held to. Each refusal says what was expected. */
import { malformed } from './errors.ts';

export const bytesOf = (value: Uint8Array, length: number, what: string): Uint8Array => {
  if (value.length !== length) throw malformed(`${what} has to have ${length} bytes.`);
  return value;
};

export const bytesWithin = (value: Uint8Array, min: number, max: number, what: string): Uint8Array => {
  if (value.length < min || value.length > max)
    throw malformed(`${what} has to have ${min} to ${max} bytes.`);
  return value;
};

export const textWithin = (value: string, min: number, max: number, what: string): string => {
  if (value.length < min || value.length > max)
    throw malformed(`${what} has to have ${min} to ${max} characters.`);
  return value;
};

export const present = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw malformed(`${what} is missing.`);
  return value;
};

/** A uint64 from the wire as a number: positions and counts never come near 2^53. */
export const wholeNumber = (value: bigint, what: string): number => {
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed(`${what} is out of bounds.`);
  return Number(value);
};

export const noMoreThan = <T>(list: T[], max: number, what: string): T[] => {
  if (list.length > max) throw malformed(`${what}: at most ${max}.`);
  return list;
};
