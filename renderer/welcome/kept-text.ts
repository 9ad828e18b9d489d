/** What is said of messages that were kept on a device where nobody is signed in, and of deleting them. Pure. */
import type { WipeScope } from '../../electron/api/types.ts';

export type KeptText = { key: string; values: Record<string, string | number> };

/** How many there are, and what of it is, as far as this device knows, in no cloud. */
export function wipeTexts({ here, messages, changes }: WipeScope, handle: string): KeptText[] {
  const texts: KeptText[] = [{ key: 'closed.wipeCount', values: { count: here, handle } }];
  if (messages > 0) texts.push({ key: 'closed.wipeLost', values: { count: messages } });
  if (changes > 0) texts.push({ key: 'closed.wipeLostChanges', values: { count: changes } });
  if (messages + changes === 0 && here > 0) texts.push({ key: 'closed.wipeInCloud', values: {} });
  return texts;
}

/** The button names the act, and what is lost by it. */
export function wipeButton(scope: WipeScope): KeptText {
  if (scope.messages > 0) return { key: 'closed.wipeButtonLose', values: { count: scope.messages } };
  if (scope.changes > 0) return { key: 'closed.wipeButtonLoseChanges', values: { count: scope.changes } };
  return scope.here > 0
    ? { key: 'closed.wipeButtonCount', values: { count: scope.here } }
    : { key: 'closed.wipeButton', values: {} };
}
