import { expect, test } from 'vitest';
import { foldedText, isEmojiOnly, linkify } from './text.ts';

const links = (text: string): string[] =>
  linkify(text).flatMap((part) => (part.kind === 'link' ? [`${part.text} ${part.href}`] : []));

test('UI-25 web and mail addresses become links, without the punctuation around them', () => {
  expect(links('See https://example.org/a_(b)?q=1, or (www.example.org).')).toEqual([
    'https://example.org/a_(b)?q=1 https://example.org/a_(b)?q=1',
    'www.example.org https://www.example.org/',
  ]);
  expect(links('Write anna.k+list@example.org!')).toEqual([
    'anna.k+list@example.org mailto:anna.k+list@example.org',
  ]);
});

test('UI-25 what could mislead stays text', () => {
  for (const text of [
    'javascript:alert(1)',
    'data:text/html,x',
    'https://bank.example@evil.example/',
    'https://exam\u202eple.org',
    'https://a\u200b.example',
    'http://',
  ])
    expect(links(text).filter((link) => link.includes('http') || link.includes('javascript'))).toEqual([]);
});

test('UI-25 the parts together are the text', () => {
  const text = 'a https://example.org b www.example.org. c d@example.org';
  expect(
    linkify(text)
      .map((part) => part.text)
      .join(''),
  ).toBe(text);
});

test('UI-26 up to three emoji alone are large', () => {
  for (const text of ['👍', '🎉🎉', '👩‍👩‍👧 🇳🇱', '❤️', '👋🏽'])
    expect([text, isEmojiOnly(text)]).toEqual([text, true]);
  for (const text of ['', 'ok', '👍 ok', '1', '#', '🎉🎉🎉🎉'])
    expect([text, isEmojiOnly(text)]).toEqual([text, false]);
});

test('UI-27 a very long text is folded, between words and never inside a character', () => {
  expect(foldedText('short')).toBeNull();
  const long = 'word '.repeat(1000);
  expect(foldedText(long)?.length).toBeLessThanOrEqual(1200);
  expect(foldedText(long)?.endsWith('word')).toBe(true);
  const family = '👩‍👩‍👧'.repeat(400);
  const folded = foldedText(family)!;
  expect(folded.length % '👩‍👩‍👧'.length).toBe(0);
  expect(foldedText('line\n'.repeat(100))?.split('\n').length).toBe(20);
});
