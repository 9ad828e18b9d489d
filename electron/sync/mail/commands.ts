/** The commands that account/, keyring/ and mail/ answer, for `core.ts`. */
import { checkCloud } from '../account/check-cloud.ts';
import { changePassword, removeDevice, renameDevice, signOut } from '../account/devices.ts';
import { confirmRecovery } from '../account/recovery-words.ts';
import { recover, signIn } from '../account/sign-in.ts';
import { signUp } from '../account/sign-up.ts';
import type { OtherCommands } from '../commands/execute.ts';
import { discard, edit, markRead, react, renameConversation, retry, send, unsend } from './compose.ts';
import { startConversation } from './start-conversation.ts';

export const otherCommands: OtherCommands = {
  checkCloud,
  signUp,
  confirmRecovery: async (ctx, input) => confirmRecovery(ctx, input),
  signIn,
  recover,
  changePassword,
  signOut,
  renameDevice,
  removeDevice,
  startConversation,
  markRead,
  renameConversation,
  send,
  retry,
  discard,
  edit,
  unsend,
  react,
};
