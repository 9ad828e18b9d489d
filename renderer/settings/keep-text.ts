/** Keep Messages in words: what is chosen, what is to come, and the warning before a shorter choice. Pure. */
import type { KeepDays, KeepMessages, KeepPreview } from '../../electron/api/types.ts';
import { fullTime, longDate } from '../app/format.ts';

export type KeepText = { key: string; values: Record<string, string | number> };

/** Longest first, as a person counts down. */
export const KEEP_CHOICES: readonly KeepDays[] = [0, 365, 30];

export function choiceText(days: number): KeepText {
  const key = { 0: 'keep.forever', 365: 'keep.year', 30: 'keep.month' }[days];
  return key === undefined ? { key: 'keep.days', values: { count: days } } : { key, values: {} };
}

/** What holds now: until a shortening takes effect, what was before. */
export function heldDays(keep: KeepMessages, now: number): number {
  return keep.effectiveAt !== null && keep.effectiveAt > now ? keep.before : keep.days;
}

/** Shorter than what holds: it deletes something, and is asked about first. */
export function shortens(keep: KeepMessages, days: number, now: number): boolean {
  return (days || Number.POSITIVE_INFINITY) < (heldDays(keep, now) || Number.POSITIVE_INFINITY);
}

/** While a shortening is to come: when it does. Null: what is chosen holds. */
export function pendingAt(keep: KeepMessages, now: number): number | null {
  return keep.effectiveAt !== null && keep.effectiveAt > now && keep.before !== keep.days
    ? keep.effectiveAt
    : null;
}

export type KeepWarning = {
  title: KeepText;
  /** `from`: a text of its own that is filled into the sentence. */
  lines: (KeepText & { from?: KeepText })[];
};

/** `preview` of a shorter choice; its dates are known then. */
export function keepWarning(
  days: KeepDays,
  preview: KeepPreview & { before: number; effectiveAt: number },
  language: string,
  formatNames: (names: string[]) => string,
): KeepWarning {
  const when = fullTime(preview.effectiveAt, language);
  const date = longDate(preview.before, language);
  const { messages, scope, devicesKeeping, devicesUnknown, inCloud } = preview;
  const named = (list: string[]) => ({ count: list.length, names: formatNames(list) });
  const lines: KeepWarning['lines'] = [
    messages === 0
      ? { key: 'keep.warnNone', values: { date, when } }
      : { key: 'keep.warn', values: { count: messages, date, when }, from: fromWhere(preview, formatNames) },
  ];
  if (preview.attachments > 0)
    lines.push({ key: 'keep.attachments', values: { count: preview.attachments } });
  if (!preview.complete) lines.push({ key: 'keep.more', values: {} });
  // Where messages stay is said when some go, and only of places that are known to have any.
  const some = messages > 0 || !preview.complete;
  if (some && scope === 'account') {
    if (devicesKeeping.length > 0) lines.push({ key: 'delete.keptOn', values: named(devicesKeeping) });
    if (devicesUnknown.length > 0) lines.push({ key: 'delete.unknownOn', values: named(devicesUnknown) });
  } else if (some) {
    if (devicesKeeping.length > 0)
      lines.push({ key: inCloud ? 'keep.staysBoth' : 'keep.staysOn', values: named(devicesKeeping) });
    else if (inCloud) lines.push({ key: 'keep.staysCloud', values: {} });
    lines.push({ key: 'keep.onlyHere', values: {} });
  }
  lines.push({ key: 'keep.notRecently', values: { when } });
  lines.push({ key: `keep.thenOn${days}`, values: {} });
  lines.push({ key: 'delete.othersKeep', values: {} });
  return { title: { key: `keep.title${days}`, values: {} }, lines };
}

function fromWhere({ scope, devicesOn }: KeepPreview, formatNames: (names: string[]) => string): KeepText {
  if (scope === 'device') return { key: 'keep.fromHere', values: {} };
  return devicesOn.length > 1
    ? { key: 'keep.fromAll', values: { count: devicesOn.length, names: formatNames(devicesOn) } }
    : { key: 'keep.fromHereAndCloud', values: {} };
}
