/** What the banner says about somebody's changed identity: what happened, what it means here, what waits. Pure. */
import type { ChangedIdentity, ConversationSummary } from '../../electron/api/types.ts';

type Line = { key: string; values: Record<string, string | number> };

export function bannerTexts(
  { kind }: Pick<ConversationSummary, 'kind'>,
  { person, otherAccount, waiting }: ChangedIdentity,
): Line[] {
  const values = { name: person.name, handle: person.handle };
  const lines: Line[] = [
    { key: otherAccount ? 'trust.otherAccount' : 'trust.changed', values },
    { key: kind === 'group' ? 'trust.heldInGroup' : 'trust.held', values },
  ];
  if (waiting > 0) lines.push({ key: 'trust.waiting', values: { ...values, count: waiting } });
  return lines;
}
