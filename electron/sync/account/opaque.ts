/**
 * The device's half of OPAQUE (RFC 9807): registration and sign-in, giving the export key that wraps the root. The password never
 * leaves this process; the stretching is Argon2id with 64 MiB, the same for every account of protocol 1.
 */
import { client, ready } from '@serenity-kit/opaque';
import { passwordWrapKey } from '../../../shared/crypto/root.ts';
import { SyncFailure } from '../failure.ts';

const STRETCHING = 'memory-constrained' as const;

export async function register(
  password: string,
  ask: (registrationRequest: string) => Promise<string>,
): Promise<{ registrationRecord: string; wrapKey: Uint8Array }> {
  await ready;
  const start = client.startRegistration({ password });
  const registrationResponse = await ask(start.registrationRequest);
  const end = client.finishRegistration({
    password,
    registrationResponse,
    clientRegistrationState: start.clientRegistrationState,
    keyStretching: STRETCHING,
  });
  return { registrationRecord: end.registrationRecord, wrapKey: passwordWrapKey(end.exportKey) };
}

/** `finish` is called only when the password fits; a wrong one ends here, before the cloud is asked again. */
export async function logIn<T>(
  password: string,
  start: (
    startLoginRequest: string,
  ) => Promise<{ loginResponse: string; finish: (request: string) => Promise<T> }>,
): Promise<{ answer: T; wrapKey: Uint8Array }> {
  await ready;
  const begun = client.startLogin({ password });
  const { loginResponse, finish } = await start(begun.startLoginRequest);
  const done = client.finishLogin({
    password,
    loginResponse,
    clientLoginState: begun.clientLoginState,
    keyStretching: STRETCHING,
  });
  if (done === undefined) {
    throw new SyncFailure('wrongPassword', 'The handle or the password is wrong.');
  }
  return { answer: await finish(done.finishLoginRequest), wrapKey: passwordWrapKey(done.exportKey) };
}
