/** Which command is done by what. Commands that only write are one transaction each and done at once; large deletes are done in slices. */
import { fromHex, toHex } from '../../../shared/crypto/bytes.ts';
import { dismissNotice } from '../../store/notices.ts';
import { asking as inWords } from '../account/cloud-failure.ts';
import { tryFilesAgain } from '../blobs/sweep.ts';
import type { StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';
import type { Command, CommandInput, CommandName, Commands } from '../protocol.ts';
import type { FailureLog } from '../run/failure-log.ts';
import type { Bare, Runner } from '../run/runner.ts';
import type { ZoneContext } from '../zones/zone-call.ts';
import * as attachments from './attachments.ts';
import * as conversations from './conversations.ts';
import * as deletes from './deletes.ts';
import { keepPreview, setKeepMessages } from './keep-messages.ts';
import { setSettings } from './settings.ts';
import { storageInfo, switchPreview } from './storage.ts';
import * as turning from './switch.ts';
import { checkDatabase, probeCloud, syncReport } from './troubleshooting.ts';
import { type DeleteContext, undoDelete } from './undo.ts';

export type CommandContext = DeleteContext & {
  ctx: ZoneContext;
  runner: Runner;
  /** For commands that talk to the cloud: one after the other. */
  queue<T>(work: () => Promise<T>): Promise<T>;
  failures: FailureLog;
  /** Whether this machine has any network at all. */
  online(): boolean;
};

type Handlers<N extends CommandName> = {
  [K in N]: (
    on: CommandContext,
    input: CommandInput<K>,
  ) => Commands[K]['result'] | Promise<Commands[K]['result']>;
};

type AskingName =
  | 'checkCloud'
  | 'signUp'
  | 'confirmRecovery'
  | 'signIn'
  | 'recover'
  | 'changePassword'
  | 'signOut'
  | 'renameDevice'
  | 'removeDevice'
  | 'startConversation'
  | 'acceptIdentity';
type OutboxName = 'markRead' | 'renameConversation' | 'send' | 'retry' | 'edit' | 'unsend' | 'react';

/** Commands of the other half of sync: accounts and people (they ask the cloud), and what goes into the outbox (one transaction). */
export type OtherCommands = {
  [K in AskingName]: (ctx: StepContext, input: CommandInput<K>) => Promise<Commands[K]['result']>;
} & { [K in OutboxName]: (ctx: StepContext, input: CommandInput<K>) => Commands[K]['result'] };

/** A command that only writes: committed when it answers. */
function writing<I>(work: (ctx: StepContext, input: I) => unknown) {
  return ({ ctx }: CommandContext, input: I): null => {
    ctx.store.write(() => work(ctx, input));
    return null;
  };
}

/** One that is an event of the engine and nothing else. */
function telling(event: Bare) {
  return ({ runner }: CommandContext): null => {
    runner.dispatch(event);
    return null;
  };
}

/** One that asks the cloud something: what it says, or that it says nothing, comes out as a reason. */
function asking<I, R>(work: (ctx: ZoneContext, input: I) => Promise<R>) {
  return ({ ctx, queue }: CommandContext, input: I): Promise<R> =>
    queue(() => inWords(() => work(ctx, input)));
}

const handlers: Handlers<Exclude<CommandName, AskingName | OutboxName>> = {
  markUnread: writing(conversations.markUnread),
  setPinned: writing(conversations.setPinned),
  setMuted: writing(conversations.setMuted),
  setDraft: writing(conversations.setDraft),

  deleteConversation: deletes.deleteConversation,
  deleteMessages: deletes.deleteMessages,
  discard: deletes.discard,
  undoDelete,
  recoverMessages: deletes.recoverMessages,
  deleteForGood: deletes.deleteForGood,

  addAttachment: ({ ctx }, input) => attachments.addAttachment(ctx, input),
  dropAttachment: writing(attachments.dropAttachment),
  fetchAttachment: writing(attachments.fetchAttachment),
  attachmentBroken: ({ ctx }, input) => attachments.attachmentBroken(ctx, input),
  nowCalled: ({ ctx }, { id }) => ({ id: toHex(ctx.store.memory.nowCalled(fromHex(id))) }),

  setSwitch: ({ ctx, runner }, input) => turning.setSwitch(ctx, runner, input),
  switchOffPreview: ({ ctx, runner }) => inWords(() => turning.switchOffPreview(ctx, runner)),
  disableAndDelete: ({ ctx, runner, queue }) =>
    queue(() => inWords(() => turning.disableAndDelete(ctx, runner))),
  undoPurge: ({ ctx, runner, queue }) => queue(() => inWords(() => turning.undoPurge(ctx, runner))),
  cancelSync: telling({ type: 'cancel' }),
  hold: telling({ type: 'hold' }),
  resume: telling({ type: 'resume' }),
  continueAnyway: telling({ type: 'continueAnyway' }),
  syncNow: ({ ctx, runner }) => {
    tryFilesAgain(ctx, runner.state.filesFailedSince !== null);
    runner.dispatch({ type: 'syncNow' });
    return null;
  },
  repair: telling({ type: 'repairNow' }),
  status: ({ runner }) => runner.status,
  storage: asking(storageInfo),
  switchPreview: asking(switchPreview),
  probeCloud,
  syncReport,
  checkDatabase,

  setSettings: writing(setSettings),
  keepPreview: ({ ctx }, input) => keepPreview(ctx, input),
  setKeepMessages: writing(setKeepMessages),
  dismissNotice: writing((ctx, { id }: CommandInput<'dismissNotice'>) => dismissNotice(ctx.store, id)),
};

const ASKING: ReadonlySet<string> = new Set<AskingName>([
  'checkCloud',
  'signUp',
  'confirmRecovery',
  'signIn',
  'recover',
  'changePassword',
  'signOut',
  'renameDevice',
  'removeDevice',
  'startConversation',
  'acceptIdentity',
]);

/**
 * What these do, or say, depends on how the switch is written down (SPEC SYN-164). Not among them `setSwitch`: it writes the switch itself, with a
 * person's answer.
 */
export const BY_SWITCH: ReadonlySet<CommandName> = new Set<CommandName>([
  'deleteMessages',
  'deleteConversation',
  'deleteForGood',
  'discard',
  'undoDelete',
  'recoverMessages',
  'keepPreview',
  'setKeepMessages',
]);

export async function executeCommand(
  on: CommandContext,
  others: OtherCommands,
  command: Command,
): Promise<unknown> {
  const { name, input } = command;
  if (name in handlers) {
    return (handlers as unknown as Record<string, (on: CommandContext, input: unknown) => unknown>)[name]?.(
      on,
      input,
    );
  }
  const other = (others as unknown as Record<string, (ctx: StepContext, input: unknown) => unknown>)[name];
  if (other === undefined) {
    throw new SyncFailure('unknownCommand', `There is no command ${name}.`);
  }
  return ASKING.has(name)
    ? on.queue(async () => other(on.ctx, input))
    : on.ctx.store.write(() => other(on.ctx, input));
}
