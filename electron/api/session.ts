/** `session.*`: whether somebody is signed in on this device, and how one becomes so or stops being so. */
import { z } from 'zod';
import { cloudChoice, deviceName, handle, password, personName, recoveryWords } from './inputs.ts';
import { procedure, router } from './trpc.ts';
import type { CloudInfo, PasswordStrength, SessionState, WipeScope } from './types.ts';

const optionalDeviceName = deviceName.nullish().transform((name) => name ?? null);

export const sessionRouter = router({
  state: procedure.query(async ({ ctx }): Promise<SessionState> => ctx.calls.session.state()),

  /** Asks a cloud who it is. A mutation: it may start the cloud on this computer. */
  checkCloud: procedure
    .input(z.object({ cloud: cloudChoice }))
    .mutation(async ({ ctx, input }): Promise<CloudInfo> => ctx.calls.session.checkCloud(input.cloud)),

  /** A mutation although it changes nothing: a password has no place in a URL. */
  passwordStrength: procedure
    .input(
      z.object({
        password: z.string().max(1024),
        handle: z.string().max(254).default(''),
        name: z.string().max(100).default(''),
      }),
    )
    .mutation(async ({ ctx, input }): Promise<PasswordStrength> => ctx.calls.session.passwordStrength(input)),

  signUp: procedure
    .input(
      z.object({
        cloud: cloudChoice,
        handle,
        name: personName.default(''),
        password,
        invitation: z
          .string()
          .trim()
          .max(200)
          .nullish()
          .transform((code) => code || null),
        deviceName: optionalDeviceName,
      }),
    )
    .mutation(async ({ ctx, input }): Promise<SessionState> => ctx.calls.session.signUp(input)),

  /** The two words asked for by `confirmRecovery.ask`, in that order. */
  confirmRecovery: procedure
    .input(z.object({ answers: z.tuple([z.string().trim().toLowerCase(), z.string().trim().toLowerCase()]) }))
    .mutation(
      async ({ ctx, input }): Promise<SessionState> => ctx.calls.session.confirmRecovery(input.answers),
    ),

  signIn: procedure
    .input(
      z.object({
        cloud: cloudChoice,
        handle,
        password,
        deviceName: optionalDeviceName,
        takesPart: z.boolean().default(true),
      }),
    )
    .mutation(async ({ ctx, input }): Promise<SessionState> => ctx.calls.session.signIn(input)),

  /** Sign in with the recovery key, and set a new password in the same step. */
  recover: procedure
    .input(
      z.object({
        cloud: cloudChoice,
        handle,
        words: recoveryWords,
        newPassword: password,
        deviceName: optionalDeviceName,
        takesPart: z.boolean().default(true),
      }),
    )
    .mutation(async ({ ctx, input }): Promise<SessionState> => ctx.calls.session.recover(input)),

  /** For the question, before anything is wiped. */
  wipeScope: procedure.query(async ({ ctx }): Promise<WipeScope> => ctx.calls.session.wipeScope()),

  /** `wipe`: also take the messages off this device; refused while some are only here, unless `evenUnsent`. */
  signOut: procedure
    .input(z.object({ wipe: z.boolean().default(false), evenUnsent: z.boolean().default(false) }))
    .mutation(async ({ ctx, input }): Promise<SessionState> => ctx.calls.session.signOut(input)),

  /** Removed, or signed out with the messages kept: take them off this device after all, with their key. */
  wipeKept: procedure
    .input(
      z.object({
        confirmed: z.literal(true, 'Ask the person first, then confirm.'),
        evenUnsent: z.boolean().default(false),
      }),
    )
    .mutation(
      async ({ ctx, input }): Promise<SessionState> =>
        ctx.calls.session.wipeKept({ evenUnsent: input.evenUnsent }),
    ),

  changePassword: procedure
    .input(z.object({ current: password, next: password, signOutOthers: z.boolean().default(false) }))
    .mutation(async ({ ctx, input }): Promise<void> => ctx.calls.session.changePassword(input)),

  /** Locked: try to open the database again (the keychain was unlocked meanwhile). Changes nothing when it cannot. */
  unlock: procedure.mutation(async ({ ctx }): Promise<SessionState> => ctx.calls.session.unlock()),

  /** Locked, removed or signed out: put the old database aside (it is kept, renamed) and begin with an empty one. */
  startFresh: procedure
    .input(z.object({ confirmed: z.literal(true, 'Ask the person first, then confirm.') }))
    .mutation(async ({ ctx }): Promise<SessionState> => ctx.calls.session.startFresh()),
});
