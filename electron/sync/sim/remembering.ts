/**
 * Half of a simulation's arithmetic is the same signatures of the same device logs, verified again by every device of every run. What a
 * pure function has answered is remembered here: the same answers, sooner. For a simulation's process alone.
 */
import { sodium } from '../../../shared/crypto/sodium.ts';

const MOST = 20_000;
let done = false;

function remembering<R>(pure: (...bytes: Uint8Array[]) => R): (...bytes: Uint8Array[]) => R {
  const known = new Map<string, R>();
  return (...bytes) => {
    const key = bytes.map((one) => Buffer.from(one).toString('latin1')).join('|');
    const before = known.get(key);
    if (before !== undefined) return before;
    const answer = pure(...bytes);
    if (known.size > MOST) known.clear();
    known.set(key, answer);
    return answer;
  };
}

/** Once per process. A function that throws is asked again. */
export function rememberSignatures(): void {
  if (done) return;
  done = true;
  const verify = sodium.crypto_sign_verify_detached.bind(sodium) as (...bytes: Uint8Array[]) => boolean;
  const multiply = sodium.crypto_scalarmult.bind(sodium) as unknown as (...bytes: Uint8Array[]) => Uint8Array;
  const copies = remembering(multiply);
  Object.assign(sodium, {
    crypto_sign_verify_detached: remembering(verify),
    crypto_scalarmult: (...bytes: Uint8Array[]) => copies(...bytes).slice(),
  });
}
