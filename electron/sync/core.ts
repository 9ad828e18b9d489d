/** Sync as the worker, the tests and the simulator run it: the engine, the zones, accounts and mail put together. No thread. */

import { checkCloud } from './account/check-cloud.ts';
import {
  changePassword,
  lookForEndedDevices,
  removeDevice,
  renameDevice,
  signOut,
} from './account/devices.ts';
import { confirmRecovery } from './account/recovery-words.ts';
import { recover, signIn } from './account/sign-in.ts';
import { signUp } from './account/sign-up.ts';
import * as compose from './mail/compose.ts';
import { acknowledgeMail, receiveStep } from './mail/receive-step.ts';
import { sendStep } from './mail/send-step.ts';
import { acceptIdentity, startConversation } from './mail/start-conversation.ts';
import { assembleSync, type SyncCore, type SyncCoreOptions, type SyncParts } from './run/assemble.ts';

export const realParts: SyncParts = {
  receive: receiveStep,
  acknowledge: acknowledgeMail,
  send: sendStep,
  commands: {
    checkCloud,
    signUp,
    confirmRecovery: async (ctx, input) => confirmRecovery(ctx, input),
    // This device may have been on the account before: what it was then goes off the log now, not within the hour.
    signIn: async (ctx, input) => {
      await signIn(ctx, input);
      await lookForEndedDevices(ctx).catch(() => {});
      return null;
    },
    recover: async (ctx, input) => {
      await recover(ctx, input);
      await lookForEndedDevices(ctx).catch(() => {});
      return null;
    },
    changePassword,
    signOut,
    renameDevice,
    removeDevice,
    startConversation,
    acceptIdentity,
    markRead: compose.markRead,
    renameConversation: compose.renameConversation,
    send: compose.send,
    retry: compose.retry,
    edit: compose.edit,
    unsend: compose.unsend,
    react: compose.react,
  },
};

export function createSyncCore(options: SyncCoreOptions): SyncCore {
  return assembleSync(options, realParts);
}
