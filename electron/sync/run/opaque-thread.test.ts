import { ready, server } from '@serenity-kit/opaque';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { logIn, type Opaque, register } from '../account/opaque.ts';
import { openOpaqueThread } from './opaque-thread.ts';

const PASSWORD = 'seven lanterns over the harbour';
const userIdentifier = 'anna@example.org';
let serverSetup: string;
let opened: Opaque[] = [];
const ctx = {
  openOpaque() {
    const opaque = openOpaqueThread(new URL('../opaque-worker.ts', import.meta.url));
    opened.push(opaque);
    return opaque;
  },
};

beforeEach(async () => {
  await Promise.all([ready, sodiumReady()]);
  serverSetup = server.createSetup();
});
afterEach(() => {
  opened = [];
});

const registered = () =>
  register(ctx, PASSWORD, async (registrationRequest) => {
    const answer = server.createRegistrationResponse({ serverSetup, userIdentifier, registrationRequest });
    return answer.registrationResponse;
  });

const signIn = (registrationRecord: string, password: string) =>
  logIn(ctx, password, async (startLoginRequest) => {
    const { serverLoginState, loginResponse } = server.startLogin({
      serverSetup,
      userIdentifier,
      registrationRecord,
      startLoginRequest,
    });
    const finish = async (finishLoginRequest: string) =>
      server.finishLogin({ serverLoginState, finishLoginRequest }).sessionKey;
    return { loginResponse, finish };
  });

test('TRU-20 a thread of its own registers a password and signs in with it, to the same key', async () => {
  const { registrationRecord, wrapKey } = await registered();
  const { answer, wrapKey: again } = await signIn(registrationRecord, PASSWORD);
  expect(answer).not.toBe('');
  expect(again).toEqual(wrapKey);
});

test('TRU-20 the thread ends with what it was for, a wrong password or an answer that is none included', async () => {
  const { registrationRecord } = await registered();
  await expect(signIn(registrationRecord, 'another lantern')).rejects.toMatchObject({
    reason: 'wrongPassword',
  });
  await expect(register(ctx, PASSWORD, async () => 'nothing of OPAQUE')).rejects.toThrow();
  expect(opened).toHaveLength(3);
  for (const one of opened)
    await expect(one.run('startLogin', { password: PASSWORD })).rejects.toThrow('ended');
});
