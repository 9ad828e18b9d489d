/**
 * The device's half of OPAQUE (RFC 9807) step by step. Loaded by a thread that ends (opaque-worker.ts), and by tests: its WASM is large. The
 * stretching is Argon2id with 64 MiB, the same for every account of protocol 1; WASM never gives that memory back while its thread lives.
 */
import { client, ready } from '@serenity-kit/opaque';
import type { Opaque } from './opaque.ts';

const STRETCHING = 'memory-constrained' as const;

/** Between the two halves of a registration or a sign-in. `state` is secret and goes nowhere. */
type Begun = { state: string; request: string };
type Finished = { state: string; password: string; response: string };

export const opaqueSteps = {
  startRegistration({ password }: { password: string }): Begun {
    const { clientRegistrationState: state, registrationRequest: request } = client.startRegistration({
      password,
    });
    return { state, request };
  },
  finishRegistration({ state, password, response }: Finished): { record: string; exportKey: string } {
    const { registrationRecord: record, exportKey } = client.finishRegistration({
      password,
      registrationResponse: response,
      clientRegistrationState: state,
      keyStretching: STRETCHING,
    });
    return { record, exportKey };
  },
  startLogin({ password }: { password: string }): Begun {
    const { clientLoginState: state, startLoginRequest: request } = client.startLogin({ password });
    return { state, request };
  },
  /** Null: the password does not fit. */
  finishLogin({ state, password, response }: Finished): { request: string; exportKey: string } | null {
    const done = client.finishLogin({
      password,
      loginResponse: response,
      clientLoginState: state,
      keyStretching: STRETCHING,
    });
    return done === undefined ? null : { request: done.finishLoginRequest, exportKey: done.exportKey };
  },
};

/** In the thread that has loaded this. */
export const opaqueHere: Opaque = {
  async run(step, input) {
    await ready;
    return (opaqueSteps[step] as (given: unknown) => never)(input);
  },
  end() {},
};
