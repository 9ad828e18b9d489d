import { expect, test } from 'vitest';
import type { WipeScope } from '../../electron/api/types.ts';
import { wipeButton, wipeTexts } from './kept-text.ts';

const scope = (more: Partial<WipeScope>): WipeScope => ({
  here: 1204,
  messages: 0,
  changes: 0,
  switchOn: false,
  devicesOn: [],
  ...more,
});

test('UI-91 before kept messages are deleted: how many, whose, and what of it is in no cloud', () => {
  expect(wipeTexts(scope({}), 'anna@example.org')).toEqual([
    { key: 'closed.wipeCount', values: { count: 1204, handle: 'anna@example.org' } },
    { key: 'closed.wipeInCloud', values: {} },
  ]);
  const keys = (more: Partial<WipeScope>) => wipeTexts(scope(more), 'a').map(({ key }) => key);
  expect(keys({ messages: 12 })).toEqual(['closed.wipeCount', 'closed.wipeLost']);
  expect(keys({ changes: 1 })).toEqual(['closed.wipeCount', 'closed.wipeLostChanges']);
  expect(keys({ here: 0 })).toEqual(['closed.wipeCount']);
});

test('UI-91 the button names what goes, and what is lost', () => {
  expect(wipeButton(scope({}))).toEqual({ key: 'closed.wipeButtonCount', values: { count: 1204 } });
  expect(wipeButton(scope({ messages: 12, changes: 3 }))).toEqual({
    key: 'closed.wipeButtonLose',
    values: { count: 12 },
  });
  expect(wipeButton(scope({ changes: 3 })).key).toBe('closed.wipeButtonLoseChanges');
  expect(wipeButton(scope({ here: 0 })).key).toBe('closed.wipeButton');
});
