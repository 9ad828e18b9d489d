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

test('FUZ-1 UI-25 an address with a host that is longer than any is no link', () => {
  const text = `see www.exampLE.${'}'.repeat(16_400)}/page.`;
  expect(linkify(text)).toEqual([{ kind: 'text', text }]);
  expect(links(`https://${'a.'.repeat(130)}example`)).toEqual([]);
  expect(links(`https://${'a.'.repeat(120)}example`)).toHaveLength(1);
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

test('FUZ-6 UI-25 a text that is made to be slow holds nobody up', () => {
  const nasty = [
    'a.'.repeat(50_000),
    `http://x${'.'.repeat(90_000)}a`,
    `http://x.example/${')'.repeat(90_000)}`,
    'a@'.repeat(50_000),
    `www.${'('.repeat(40_000)}${')'.repeat(50_000)}`,
  ];
  const began = process.cpuUsage();
  for (const text of nasty)
    expect(
      linkify(text)
        .map((part) => part.text)
        .join(''),
    ).toBe(text);
  // Each of them took between 5 and 42 seconds.
  expect(process.cpuUsage(began).user / 1000).toBeLessThan(3_000);
});

test('UI-25 an address within a longer word of letters and dots is taken whole', () => {
  expect(links('..anna.k@example.org and x.anna@mail.example.org,')).toEqual([
    'anna.k@example.org mailto:anna.k@example.org',
    'x.anna@mail.example.org mailto:x.anna@mail.example.org',
  ]);
  expect(links(`${'a'.repeat(70)}@example.org`)).toEqual([]);
});
