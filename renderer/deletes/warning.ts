/**
 * What the warning before a delete says: what and how many, how far, where it stays, what becomes of what is not sent yet, that others keep
 * theirs, and how it can be taken back. Nothing that is not known. Pure.
 */
import type { ConversationSummary, DeleteScope, DeleteTarget } from '../../electron/api/types.ts';

export type WarningText = { key: string; values: Record<string, string | number> };
export type Warning = {
  title: WarningText;
  /** One paragraph each, of sentences that stand together. */
  lines: WarningText[][];
  button: 'delete' | 'deleteNow' | 'deleteAll';
};
export type WarningFormat = { names: (names: string[]) => string; date: (at: number) => string };
/** Of a conversation that is to go, what the list of conversations calls it. */
export type WarningSubject = Pick<ConversationSummary, 'kind' | 'title'>;

/** `subject` null: no conversation, or one that this window does not know (any more). */
export function warningOf(
  target: DeleteTarget,
  scope: DeleteScope,
  subject: WarningSubject | null,
  format: WarningFormat,
): Warning {
  const { messages, unsent } = scope;
  const title: WarningText =
    target.kind === 'conversation' && subject !== null
      ? namedTitleOf(subject, messages)
      : {
          key: titleOf(target, messages),
          values: { count: target.kind === 'attachments' ? scope.attachments : messages },
        };
  const button =
    target.kind !== 'forGood' ? 'delete' : target.ids === 'all' ? ('deleteAll' as const) : 'deleteNow';
  // "This": one message, or a conversation, however long it is.
  const count = target.kind === 'conversation' ? 1 : messages;
  const files = filesOf(target, scope);
  if (unsent > 0 && unsent === messages)
    return {
      title,
      lines: [
        ...files,
        [{ key: 'delete.unsentOnly', values: { count: unsent } }],
        [plain('delete.undoOnly')],
      ],
      button,
    };
  const lines = [
    ...files,
    ...(scope.switchOn ? reachOn(target, scope, count, format) : [reachHere(target, scope, count, format)]),
  ];
  if (scope.onTheirWay > 0)
    lines.push([
      messages === 1
        ? plain('delete.onItsWay')
        : { key: 'delete.onTheirWay', values: { count: scope.onTheirWay } },
    ]);
  if (unsent > 0) lines.push([{ key: 'delete.unsent', values: { count: unsent } }]);
  if (messages > 0) {
    lines.push([plain('delete.othersKeep')]);
    const back: WarningText = { key: 'delete.thirtyDays', values: { count } };
    lines.push([target.kind === 'forGood' ? plain('delete.noUndo') : back]);
  }
  return { title, lines, button };
}

const plain = (key: string): WarningText => ({ key, values: {} });

/** Files go with their messages; where it is files that are to go, their messages go with them. */
function filesOf(target: DeleteTarget, { messages, attachments, withText }: DeleteScope): WarningText[][] {
  if (target.kind !== 'attachments')
    return attachments === 0 ? [] : [[{ key: 'delete.withAttachments', values: { count: attachments } }]];
  const whole: WarningText = { key: 'delete.wholeMessages', values: { count: messages } };
  return [withText === 0 ? [whole] : [whole, { key: 'delete.withText', values: { count: withText } }]];
}

/** Named, since the one that is clicked in a list need not be the one that is meant, nor the one that is open beside it. */
function namedTitleOf({ kind, title }: WarningSubject, messages: number): WarningText {
  const how = kind === 'direct' ? 'With' : 'Named';
  return messages === 0
    ? { key: `delete.titleEmpty${how}`, values: { title } }
    : { key: `delete.titleConversation${how}`, values: { title, count: messages } };
}

function titleOf(target: DeleteTarget, messages: number): string {
  if (target.kind === 'attachments') return 'delete.titleAttachments';
  if (target.kind === 'messages') return 'delete.title';
  if (target.kind === 'conversation')
    return messages === 0 ? 'delete.titleEmpty' : 'delete.titleConversation';
  return target.ids === 'all' ? 'delete.titleAll' : 'delete.titleForGood';
}

/** With the switch on: from where it goes, which devices keep it, and of which that is not known. */
function reachOn(
  target: DeleteTarget,
  scope: DeleteScope,
  count: number,
  format: WarningFormat,
): WarningText[][] {
  const { devicesOn, devicesKeeping, devicesUnknown, purgeAt } = scope;
  const forGood = target.kind === 'forGood';
  const several = devicesOn.length > 1;
  const reach: WarningText = several
    ? {
        key: forGood ? 'delete.reachForGood' : 'delete.reachAll',
        values: { count, devices: devicesOn.length },
      }
    : { key: forGood ? 'delete.reachForGoodOnly' : 'delete.reachAllOnly', values: { count } };
  const lines = [
    several ? [reach, { key: 'delete.reachNames', values: { names: format.names(devicesOn) } }] : [reach],
  ];
  const named = (key: string, devices: string[]): void => {
    if (devices.length > 0)
      lines.push([{ key, values: { count: devices.length, names: format.names(devices) } }]);
  };
  named('delete.keptOn', devicesKeeping);
  named('delete.unknownOn', devicesUnknown);
  if (purgeAt !== null) lines.push([{ key: 'delete.purgeHolds', values: { date: format.date(purgeAt) } }]);
  return lines;
}

/** With the switch off: from here alone. Where it stays is said only of places that are known to have it. */
function reachHere(
  target: DeleteTarget,
  scope: DeleteScope,
  count: number,
  format: WarningFormat,
): WarningText[] {
  const { devicesKeeping, inCloud, purgeAt } = scope;
  const here = target.kind === 'forGood' ? 'delete.reachHereForGood' : 'delete.reachHere';
  const sentences: WarningText[] = [{ key: here, values: { count } }];
  const places = `${devicesKeeping.length > 0 ? 'Names' : ''}${inCloud ? 'Cloud' : ''}`;
  if (places !== '') {
    const until = inCloud && purgeAt !== null;
    sentences.push({
      key: `delete.stays${places}${until ? 'Until' : ''}`,
      values: {
        count,
        ...(devicesKeeping.length > 0 ? { names: format.names(devicesKeeping) } : {}),
        ...(until ? { date: format.date(purgeAt) } : {}),
      },
    });
  }
  return sentences;
}
