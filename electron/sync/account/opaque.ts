/**
 * Registration and sign-in by OPAQUE, giving the key that wraps the root. The password never leaves this process; its stretching
 * (opaque-steps.ts) has a thread of its own, so that commands are answered meanwhile and its memory goes when it is done.
 */
import { passwordWrapKey } from '../../../shared/crypto/root.ts';
import type { StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';

type Steps = typeof import('./opaque-steps.ts').opaqueSteps;
export type OpaqueStep = keyof Steps;
export type OpaqueInput<N extends OpaqueStep = OpaqueStep> = Parameters<Steps[N]>[0];
export type OpaqueOutput<N extends OpaqueStep = OpaqueStep> = ReturnType<Steps[N]>;

/** For one registration or one sign-in. */
export type Opaque = {
  run<N extends OpaqueStep>(step: N, input: OpaqueInput<N>): Promise<OpaqueOutput<N>>;
  /** To be called whatever came of it. */
  end(): void;
};

type Context = Pick<StepContext, 'openOpaque'>;

export async function register(
  ctx: Context,
  password: string,
  ask: (registrationRequest: string) => Promise<string>,
): Promise<{ registrationRecord: string; wrapKey: Uint8Array }> {
  const opaque = ctx.openOpaque();
  try {
    const { state, request } = await opaque.run('startRegistration', { password });
    const response = await ask(request);
    const { record, exportKey } = await opaque.run('finishRegistration', { state, password, response });
    return { registrationRecord: record, wrapKey: passwordWrapKey(exportKey) };
  } finally {
    opaque.end();
  }
}

/** `finish` is called only when the password fits; a wrong one ends here, before the cloud is asked again. */
export async function logIn<T>(
  ctx: Context,
  password: string,
  start: (
    startLoginRequest: string,
  ) => Promise<{ loginResponse: string; finish: (request: string) => Promise<T> }>,
): Promise<{ answer: T; wrapKey: Uint8Array }> {
  const opaque = ctx.openOpaque();
  try {
    const { state, request } = await opaque.run('startLogin', { password });
    const { loginResponse: response, finish } = await start(request);
    const done = await opaque.run('finishLogin', { state, password, response });
    if (done === null) {
      throw new SyncFailure('wrongPassword', 'The handle or the password is wrong.');
    }
    // The thread's memory is not held while the cloud is asked.
    opaque.end();
    return { answer: await finish(done.request), wrapKey: passwordWrapKey(done.exportKey) };
  } finally {
    opaque.end();
  }
}
