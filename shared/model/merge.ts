/**
 * How two versions of one record become one (SPEC REC-*). Pure, and a join: commutative, associative, idempotent, so that
 * devices agree whatever the order in which they see things. It looks at nothing but the generic part of a payload: kinds
 * and fields of a newer app merge like any other.
 */
import { compareBytes, equalBytes } from '../crypto/bytes.ts';
import { hash256 } from '../crypto/hash.ts';
import { compareRegisters, compareSlots, isNewerSchema, type Payload, type Register } from './payload.ts';

/** A payload, and whether two different cores (or kinds) met. */
export type MergedPayload = Payload & { coreConflict: boolean };

/**
 * Registers: the later stamp, then the higher device, then the higher value. Core: the one that is there; of two
 * different ones the lower hash. A newer schema cannot be merged here: the higher schema, then the higher bytes, is taken
 * whole, and the caller leaves such a record as the cloud has it (decision 0010).
 */
export function mergePayloads(a: Payload, b: Payload): MergedPayload {
  if (isNewerSchema(a) || isNewerSchema(b)) return { ...newer(a, b), coreConflict: false };
  let core = a.core;
  let coreConflict = a.kind !== b.kind;
  if (core.length === 0) core = b.core;
  else if (b.core.length !== 0 && !equalBytes(core, b.core)) {
    coreConflict = true;
    if (compareBytes(hash256(b.core), hash256(core)) < 0) core = b.core;
  }
  return {
    schema: Math.max(a.schema, b.schema),
    kind: Math.max(a.kind, b.kind),
    core,
    registers: mergeRegisters(a.registers, b.registers),
    coreConflict,
  };
}

function newer(a: Payload, b: Payload): Payload {
  if (a.schema !== b.schema) return a.schema > b.schema ? a : b;
  return compareBytes(a.raw!, b.raw!) >= 0 ? a : b;
}

function mergeRegisters(a: Register[], b: Register[]): Register[] {
  if (b.length === 0) return a;
  if (a.length === 0) return b;
  const merged: Register[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const x = a[i]!;
    const y = b[j]!;
    const order = compareSlots(x, y);
    if (order < 0) {
      merged.push(x);
      i++;
    } else if (order > 0) {
      merged.push(y);
      j++;
    } else {
      merged.push(compareRegisters(x, y) >= 0 ? x : y);
      i++;
      j++;
    }
  }
  while (i < a.length) merged.push(a[i++]!);
  while (j < b.length) merged.push(b[j++]!);
  return merged;
}
