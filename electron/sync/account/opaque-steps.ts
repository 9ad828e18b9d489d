/**
 * The device's half of OPAQUE (RFC 9807) step by step, wherever it is run: in a thread that ends (run/opaque-thread.ts), or here. The
 * stretching is Argon2id with 64 MiB, the same for every account of protocol 1; WASM never gives that memory back while its thread lives.
 */
import { client, ready } from '@serenity-kit/opaque';

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

type Steps = typeof opaqueSteps;
export type OpaqueStep = keyof Steps;
export type OpaqueInput<N extends OpaqueStep = OpaqueStep> = Parameters<Steps[N]>[0];
export type OpaqueOutput<N extends OpaqueStep = OpaqueStep> = ReturnType<Steps[N]>;

/** For one registration or one sign-in. */
export type Opaque = {
  run<N extends OpaqueStep>(step: N, input: OpaqueInput<N>): Promise<OpaqueOutput<N>>;
  /** To be called whatever came of it. */
  end(): void;
};

/** In this thread: for tests and simulations, whose threads would run by no seed. */
export const opaqueHere: Opaque = {
  async run(step, input) {
    await ready;
    return (opaqueSteps[step] as (given: unknown) => never)(input);
  },
  end() {},
};
