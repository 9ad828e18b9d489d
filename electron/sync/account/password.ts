/**
 * How hard a password is to guess. The cloud never learns it, but whoever takes the cloud's data *and* its OPAQUE secret can
 * guess offline, so sign-up asks for a score of 3 of 4 (docs/SPEC.md, "What the cloud can see").
 */
import type { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { SyncFailure } from '../failure.ts';
import type { PasswordStrength } from '../status-types.ts';

export const ENOUGH_SCORE = 3;
/** Longer than any word list's worth; guessing time grows with the length that is looked at. */
const LOOKED_AT = 128;

/** Word lists of 20 MB: loaded when a password is first chosen, not with every start. */
let estimator: Promise<ZxcvbnFactory> | null = null;

async function load(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  return new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
}

/** The handle's and the name's parts count as words that an attacker tries first. */
export async function passwordStrength(
  password: string,
  handle: string,
  name: string,
): Promise<PasswordStrength> {
  estimator ??= load();
  const known = [handle, ...handle.split(/[^\p{L}\p{N}]+/u), name, ...name.split(/\s+/u), 'lockstep'];
  const result = (await estimator).check(
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

export async function demandStrongPassword(password: string, handle: string, name: string): Promise<void> {
  const strength = await passwordStrength(password, handle, name);
  if (!strength.enough) {
    throw new SyncFailure(
      'weakPassword',
      `The password is too easy to guess (${strength.score} of 4; ${ENOUGH_SCORE} is needed). Several unrelated words do well.`,
    );
  }
}
