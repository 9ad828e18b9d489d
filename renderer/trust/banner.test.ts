import { expect, test } from 'vitest';
import { bannerTexts } from './banner.ts';

const person = { id: 'b', handle: 'bob@example.org', name: 'Bob', me: false };
const keys = (...args: Parameters<typeof bannerTexts>) => bannerTexts(...args).map(({ key }) => key);

test('UI-70 a changed identity is named above its conversations, with what is held back because of it', () => {
  const changed = { person, otherAccount: false, waiting: 0 };
  expect(keys({ kind: 'direct' }, changed)).toEqual(['trust.changed', 'trust.held']);
  expect(keys({ kind: 'group' }, { ...changed, waiting: 3 })).toEqual([
    'trust.changed',
    'trust.heldInGroup',
    'trust.waiting',
  ]);
  expect(keys({ kind: 'direct' }, { ...changed, otherAccount: true })[0]).toBe('trust.otherAccount');
  expect(bannerTexts({ kind: 'group' }, { ...changed, waiting: 3 })[2]?.values).toEqual({
    name: 'Bob',
    handle: 'bob@example.org',
    count: 3,
  });
});
