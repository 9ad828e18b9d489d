import { expect, test } from 'vitest';
import type { WipeScope } from '../../electron/api/types.ts';
import { signOutButton, wipeHelp } from './sign-out-text.ts';

const scope = (more: Partial<WipeScope>): WipeScope => ({
  here: 9,
  messages: 0,
  changes: 0,
  switchOn: true,
  devicesOn: [],
  ...more,
});
const keys = (more: Partial<WipeScope>): string[] =>
  wipeHelp(scope(more), (names) => names.join('+')).map(({ key }) => key);

test('UI-52 they stay in iCloud only with the switch on and nothing waiting; other devices only where there are', () => {
  expect(keys({})).toEqual(['settings.signOutWipeOnlyCloud']);
  expect(wipeHelp(scope({ devicesOn: ['A', 'B'] }), (names) => names.join('+'))).toEqual([
    { key: 'settings.signOutWipeOn', values: { names: 'A+B' } },
  ]);
  expect(keys({ messages: 2, devicesOn: ['A'] })).toEqual(['settings.wipeWaiting']);
  expect(keys({ switchOn: false, devicesOn: ['A'] })).toEqual(['settings.signOutWipeOff']);
  expect(keys({ switchOn: false, messages: 3, changes: 1 })).toEqual([
    'settings.wipeWaitingOff',
    'settings.wipeChanges',
  ]);
});

test('UI-52 the button names what goes', () => {
  expect(signOutButton(null).key).toBe('settings.signOutButton');
  expect(signOutButton(scope({})).key).toBe('settings.signOutButton');
  expect(signOutButton(scope({ messages: 2, changes: 4 }))).toEqual({
    key: 'settings.wipeButton',
    values: { count: 2 },
  });
  expect(signOutButton(scope({ changes: 4 })).key).toBe('settings.wipeButtonChanges');
});
