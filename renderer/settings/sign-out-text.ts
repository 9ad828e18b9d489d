/** What is said about a wipe, by facts alone: where the messages stay, and what would be lost. Pure. */
import type { WipeScope } from '../../electron/api/types.ts';

type Text = { key: string; values: Record<string, string | number> };

export function wipeHelp(scope: WipeScope, formatNames: (names: string[]) => string): Text[] {
  const lost = lostTexts(scope);
  if (lost.length > 0) return lost;
  if (!scope.switchOn) return [{ key: 'settings.signOutWipeOff', values: {} }];
  return scope.devicesOn.length > 0
    ? [{ key: 'settings.signOutWipeOn', values: { names: formatNames(scope.devicesOn) } }]
    : [{ key: 'settings.signOutWipeOnlyCloud', values: {} }];
}

function lostTexts({ messages, changes, switchOn }: WipeScope): Text[] {
  const texts: Text[] = [];
  if (messages > 0)
    texts.push({
      key: switchOn ? 'settings.wipeWaiting' : 'settings.wipeWaitingOff',
      values: { count: messages },
    });
  if (changes > 0) texts.push({ key: 'settings.wipeChanges', values: { count: changes } });
  return texts;
}

/** The button names what goes, once the device has said that something would. */
export function signOutButton(scope: WipeScope | null): Text {
  if (scope === null || scope.messages + scope.changes === 0)
    return { key: 'settings.signOutButton', values: {} };
  return scope.messages > 0
    ? { key: 'settings.wipeButton', values: { count: scope.messages } }
    : { key: 'settings.wipeButtonChanges', values: { count: scope.changes } };
}
