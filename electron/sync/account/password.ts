/**
 * How hard a password is to guess. The cloud never learns it, but whoever takes the cloud's data *and* its OPAQUE secret can
 * guess offline, so sign-up asks for a score of 3 of 4 (docs/SPEC.md, "What the cloud can see").
 */
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';
import { SyncFailure } from '../failure.ts';
import type { PasswordStrength } from '../status-types.ts';

export const ENOUGH_SCORE = 3;
/** Longer than any word list's worth; guessing time grows with the length that is looked at. */
const LOOKED_AT = 128;

let estimator: ZxcvbnFactory | null = null;

/** The handle's and the name's parts count as words that an attacker tries first. */
export function passwordStrength(password: string, handle: string, name: string): PasswordStrength {
  estimator ??= new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
  const known = [handle, ...handle.split(/[^\p{L}\p{N}]+/u), name, ...name.split(/\s+/u), 'lockstep'];
  const result = estimator.check(
    password.slice(0, LOOKED_AT),
    known.filter((word) => word.length > 2),
  );
  const enough = result.score >= ENOUGH_SCORE;
  return {
    score: result.score,
    enough,
    hint: enough ? null : (result.feedback.warning ?? result.feedback.suggestions[0] ?? 'useWords'),
  };
}

export function demandStrongPassword(password: string, handle: string, name: string): void {
  const strength = passwordStrength(password, handle, name);
  if (!strength.enough) {
    throw new SyncFailure(
      'weakPassword',
      `The password is too easy to guess (${strength.score} of 4; ${ENOUGH_SCORE} is needed). Several unrelated words do well.`,
    );
  }
}
