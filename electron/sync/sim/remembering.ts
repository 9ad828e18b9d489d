/**
 * Half of a simulation's arithmetic is the same signatures of the same device logs, verified again by every device of every run, and the same
 * envelopes, opened by every device of an account. What a pure function has answered is remembered here: the same answers, sooner. For a simulation's process alone.
 */
import { sodium } from '../../../shared/crypto/sodium.ts';

const MOST = 20_000;
let done = false;

type Argument = Uint8Array | null;

const keyOf = (one: Argument): string =>
  one === null ? '' : Buffer.from(one.buffer, one.byteOffset, one.length).toString('latin1');

/** A function that throws is asked again. Whoever gets bytes gets bytes of its own. */
function remembering<R extends boolean | Uint8Array>(
  pure: (...given: Argument[]) => R,
): (...given: Argument[]) => R {
  const known = new Map<string, R>();
  const own = (answer: R): R => (answer instanceof Uint8Array ? (answer.slice() as R) : answer);
  return (...given) => {
    let key = '';
    for (const one of given) key += `${one?.length ?? '-'}|${keyOf(one)}`;
    const before = known.get(key);
    if (before !== undefined) return own(before);
    const answer = pure(...given);
    if (known.size > MOST) known.clear();
    known.set(key, answer);
    return own(answer);
  };
}

const PURE = [
  'crypto_sign_verify_detached',
  'crypto_scalarmult',
  'crypto_scalarmult_base',
  'crypto_auth_hmacsha256',
  'crypto_aead_chacha20poly1305_ietf_decrypt',
] as const;

/** Once per process. */
export function rememberSignatures(): void {
  if (done) return;
  done = true;
  for (const name of PURE) {
    const pure = sodium[name].bind(sodium) as unknown as (...given: Argument[]) => Uint8Array | boolean;
    Object.assign(sodium, { [name]: remembering(pure) });
  }
}
