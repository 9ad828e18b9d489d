import { expect, test } from 'vitest';
import { paneIn } from './history.ts';

test('UI-50 what the history kept is shown again, for the same account only', () => {
  const pane = { kind: 'conversation', id: 'ab', at: { at: 5, id: 'cd' } };
  expect(paneIn({ account: 'me', pane }, 'me')).toEqual({ kind: 'conversation', id: 'ab', at: null });
  expect(paneIn({ account: 'me', pane: { kind: 'recentlyDeleted' } }, 'me')).toEqual({
    kind: 'recentlyDeleted',
  });
  expect(paneIn({ account: 'me', pane }, 'somebody else')).toBeNull();
});

test('UI-50 a history that somebody else wrote is nothing', () => {
  for (const state of [null, 5, 'x', {}, { account: 'me' }, { account: 'me', pane: { kind: 'admin' } }])
    expect(paneIn(state, 'me')).toBeNull();
  expect(paneIn({ account: 'me', pane: { kind: 'conversation', id: 7 } }, 'me')).toBeNull();
});
