/** The two tables of points, and what is held against them: the commands and steps that there are (SPEC SYN-80). */
import type { Step } from '../engine/steps.ts';
import type { CommandName } from '../protocol.ts';
import { CLOUD_POINTS, DEVICE_POINTS } from './points.ts';

export const TABLES = { device: DEVICE_POINTS, cloud: CLOUD_POINTS };

/** Whose point it is: a step's, a command's, a call's, a chore's. */
export const ownerOf = (point: string): string => point.split(': ')[0] ?? '';

/** `killed`: it writes, and has its points in the table. A new command does not pass the type check before it stands here. */
export const COMMANDS: Readonly<Record<CommandName, 'killed' | 'writes nothing'>> = {
  checkCloud: 'writes nothing',
  signUp: 'killed',
  confirmRecovery: 'killed',
  signIn: 'killed',
  recover: 'killed',
  changePassword: 'killed',
  signOut: 'killed',
  renameDevice: 'killed',
  removeDevice: 'killed',
  startConversation: 'killed',
  acceptIdentity: 'killed',
  markRead: 'killed',
  markUnread: 'killed',
  setPinned: 'killed',
  setMuted: 'killed',
  setDraft: 'killed',
  renameConversation: 'killed',
  deleteConversation: 'killed',
  send: 'killed',
  retry: 'killed',
  discard: 'killed',
  edit: 'killed',
  unsend: 'killed',
  react: 'killed',
  deleteMessages: 'killed',
  undoDelete: 'killed',
  deleteForGood: 'killed',
  recoverMessages: 'killed',
  addAttachment: 'killed',
  dropAttachment: 'killed',
  fetchAttachment: 'killed',
  attachmentBroken: 'killed',
  nowCalled: 'writes nothing',
  setSwitch: 'killed',
  // The switch is saved by a word of the engine's: `saveSwitch`.
  syncNow: 'writes nothing',
  cancelSync: 'writes nothing',
  hold: 'writes nothing',
  resume: 'writes nothing',
  continueAnyway: 'writes nothing',
  repair: 'writes nothing',
  switchOffPreview: 'writes nothing',
  disableAndDelete: 'killed',
  undoPurge: 'killed',
  status: 'writes nothing',
  storage: 'writes nothing',
  switchPreview: 'writes nothing',
  probeCloud: 'writes nothing',
  syncReport: 'writes nothing',
  checkDatabase: 'writes nothing',
  setSettings: 'killed',
  keepPreview: 'writes nothing',
  setKeepMessages: 'killed',
  dismissNotice: 'killed',
};

export const STEPS: Readonly<Record<Step['type'], 'killed'>> = {
  open: 'killed',
  walk: 'killed',
  changes: 'killed',
  push: 'killed',
  repair: 'killed',
  forgetRevs: 'killed',
  finishSwitch: 'killed',
  tidy: 'killed',
  refreshKeyring: 'killed',
  receive: 'killed',
  send: 'killed',
  upload: 'killed',
  download: 'killed',
  sweep: 'killed',
};
