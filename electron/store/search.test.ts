import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { setRegister } from '../../shared/model/payload.ts';
import { deletedValue, editValue } from '../../shared/model/values.ts';
import { MessageField } from '../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { openStore } from './open.ts';
import { deleteForGood, getPayload, putMerged } from './records.ts';
import { searchMessages } from './search.ts';
import { BLOCK } from './search-blocks.ts';
import { indexAll, indexBlock, staleBlocks } from './search-build.ts';
import { SearchIndexWriter, searchIndexPath } from './search-index.ts';
import { fold, runs, shortened } from './search-text.ts';
import { wordsOf } from './search-words.ts';
import { bytes16, KEY, type Kit, kit, putConversation, putMessage } from './store.testkit.ts';

let k: Kit;
let index: SearchIndexWriter;
beforeEach(async () => {
  k = await kit();
  putConversation(k.store);
  index = SearchIndexWriter.open(searchIndexPath(k.path), KEY);
});
afterEach(() => {
  index.close();
  k.close();
});

const found = (query: string): string[] =>
  searchMessages(k.store, query, 50).hits.map((hit) => hit.message.text);

/** Every test of what is found: by the index, and without it. */
describe.each([
  ['in the index', () => indexAll(k.store, index)],
  ['before the index has it', () => undefined],
])('%s', (_how, reach) => {
  test.each([
    [
      'Latin',
      'Ein Mädchen aß Crème brûlée in Łódź',
      ['madchen', 'CREME', 'brulee', 'ass', 'lodz', 'Mäd'],
      ['dchen', 'rulee'],
    ],
    ['Cyrillic', 'Ёжик пошёл домой', ['ежик', 'ПОШЕЛ', 'домой', 'дом'], ['мой']],
    ['Greek', 'Καλημέρα κόσμος', ['καλημερα', 'ΚΌΣΜΟΣ', 'κοσμ'], ['ημερα']],
    ['Arabic', 'مَرْحَبًا بالعالم إلى المدرسة', ['مرحبا', 'بالعالم', 'الى', 'المدرسه'], ['عالم']],
    ['Hebrew', 'שָׁלוֹם עולם', ['שלום', 'עול'], ['ולם']],
    ['Devanagari', 'नमस्ते हिन्दी दुनिया', ['नमस्ते', 'हिन्दी', 'दुनि'], ['निया']],
    ['Thai', 'สวัสดีชาวโลก', ['สวัสดี', 'โลก', 'ชาว'], ['ลาก']],
    ['Chinese', '我们明天去北京大学', ['北京', '大学', '明天去北', '京'], ['学大', '北大']],
    ['Japanese', '明日は東京タワーへ行きます', ['東京', 'タワー', 'ます', '行'], ['京東']],
    ['Korean', '오늘은 고등학교에 갑니다', ['학교', '고등학교', '갑니다', '오'], ['교학']],
    ['emoji', 'well done 👍🏽 🇳🇱 👨‍👩‍👧', ['👍', '🇳🇱', '👨‍👩‍👧', '👍🏿', 'done 👍'], ['👎', '🇩🇪']],
    ['rare characters', '𠮷野家で𠮷', ['𠮷野', '野家', '𠮷'], ['家𠮷', '野𠮷']],
  ])('STO-20 search finds %s', (_script, text, hits, misses) => {
    putMessage(k.store, 1, { text });
    putMessage(k.store, 2, { text: 'something else' });
    reach();
    for (const query of hits) expect([query, found(query)]).toEqual([query, [text]]);
    for (const query of misses) expect([query, found(query)]).toEqual([query, []]);
  });

  test('STO-20 a run of characters is found where it stands in a row, not where its pairs are scattered', () => {
    putMessage(k.store, 1, { text: '東京の京都' });
    putMessage(k.store, 2, { text: '東京都' });
    reach();
    expect(found('東京都')).toEqual(['東京都']);
  });

  test('STO-20 a word of thousands of letters is found by its beginning and as it stands', () => {
    const word = 'a'.repeat(3000);
    putMessage(k.store, 1, { text: `${word} b` });
    putMessage(k.store, 2, { text: `${word}c` });
    reach();
    expect(found('aaa')).toHaveLength(2);
    expect(found(`${word} `)).toEqual([`${word} b`]);
    expect(found(`${word}c`)).toEqual([`${word}c`]);
  });

  test('STO-21 nothing that a person types is an error', () => {
    putMessage(k.store, 1, { text: `it's "quoted" AND (odd) NEAR/3 -minus col:on *star* a+b ^x` });
    reach();
    const odd = [
      ...['"', '*', 'AND', 'OR OR', 'NOT', '(', ')', 'NEAR(', '-', 'text:', '^', 'a"b', '%', '_', ' ', ''],
      ...["'; DROP TABLE message; --", '\0', '\ud800', '\udc00\ud800', '{x}'],
    ];
    for (const query of odd) expect(Array.isArray(found(query))).toBe(true);
    expect(found(`it's "quoted"`)).toHaveLength(1);
    expect(found('AND')).toHaveLength(1);
    expect(found('a'.repeat(5000))).toHaveLength(0);
    expect(found('x '.repeat(5000))).toHaveLength(1);
  });

  test('STO-22 newest first, in pages', () => {
    for (let i = 1; i <= 25; i++)
      putMessage(k.store, i, { text: `word ${i}`, acceptedMs: 1_000_000 + ((i * 7) % 25) * 1000 });
    reach();
    const times: number[] = [];
    let next: number | null = Number.MAX_SAFE_INTEGER;
    while (next !== null) {
      const page = searchMessages(k.store, 'word', 10, next);
      times.push(...page.hits.map((hit) => hit.message.acceptedMs));
      next = page.next;
    }
    expect(times).toHaveLength(25);
    expect(times).toEqual([...times].sort((a, b) => b - a));
  });

  test('STO-24 a snippet marks the hits in the text as it was written', () => {
    const text = `${'Vorher steht viel. '.repeat(10)}Das MÄDCHEN und 東京都 kommen`;
    putMessage(k.store, 1, { text });
    reach();
    const [hit] = searchMessages(k.store, 'madchen 京都', 5).hits;
    expect(hit!.ranges.map(([from, to]) => hit!.snippet.slice(from, to))).toEqual(['MÄDCHEN', '京都']);
    expect(hit!.snippet.length).toBeLessThan(130);
  });
});

/** Every word the index has, in any block. */
function indexedWords(): string[] {
  const reader = k.store.searchIndex!;
  const blocks = k.store.all<{ first: number; mark: number }>('SELECT first, mark FROM search_block');
  return blocks.flatMap(({ first, mark }) => reader.block(first, mark)?.words ?? ['(a block is missing)']);
}

test('STO-23 what is deleted, cleared or changed is found no more, and its words leave the index', () => {
  const id = putMessage(k.store, 1, { text: 'zebra' });
  indexAll(k.store, index);
  expect(indexedWords()).toEqual(['zebra']);
  const before = getPayload(k.store, 'messages', id)!;
  const [none, by] = [new Uint8Array(0), bytes16(5)];
  const edited = setRegister(before, MessageField.EDIT, none, 10n, by, editValue('giraffe', 5));
  putMerged(k.store, 'messages', id, edited, { dirty: true });
  expect([found('zebra'), found('giraffe')]).toEqual([[], ['giraffe']]);
  indexAll(k.store, index);
  expect([found('zebra'), found('giraffe')]).toEqual([[], ['giraffe']]);
  expect(indexedWords()).toEqual(['giraffe']);
  const deleted = setRegister(edited, MessageField.DELETED, none, 11n, by, deletedValue(5, by));
  putMerged(k.store, 'messages', id, deleted, { dirty: true });
  expect(found('giraffe')).toEqual([]);
  deleteForGood(k.store, 'messages', id, { push: true, byPerson: true, nowMs: 9 });
  indexAll(k.store, index);
  expect(indexedWords()).toEqual([]);
});

test('STO-23 of a message deleted for good no word is left in the index file, nor in its log', () => {
  const words = ['wildebeest', 'quagga', 'okapi'];
  const ids = words.map((text, at) => putMessage(k.store, at + 1, { text }));
  indexAll(k.store, index);
  for (const id of ids) deleteForGood(k.store, 'messages', id, { push: true, byPerson: true, nowMs: 9 });
  indexAll(k.store, index);
  expect(index.settle()).toBe(true);
  // What is in the file's pages, free ones too: read with the key, as somebody who has it would.
  const pages = index.everyPage();
  expect(pages.length).toBeGreaterThan(1);
  for (const word of words) expect(pages.some((page) => page.includes(word))).toBe(false);
});

test('STO-25 when text is cut in a new way, or the index is damaged or gone, it is made anew from what is shown', () => {
  putMessage(k.store, 1, { text: 'zebra' });
  indexAll(k.store, index);
  const path = searchIndexPath(k.path);
  const reopened = (): SearchIndexWriter => SearchIndexWriter.open(path, KEY);
  index.close();
  index = reopened();
  expect(index.marks().size).toBe(1);
  index.setVersion(999);
  index.close();
  index = reopened();
  expect(index.marks().size).toBe(0);
  indexAll(k.store, index);
  expect(indexedWords()).toEqual(['zebra']);
  index.close();
  writeFileSync(path, Buffer.alloc(20_000, 3));
  expect(found('zebra')).toEqual(['zebra']);
  index = reopened();
  indexAll(k.store, index);
  expect(indexedWords()).toEqual(['zebra']);
  index.close();
  SearchIndexWriter.remove(path);
  expect(existsSync(path)).toBe(false);
  expect(found('zebra')).toEqual(['zebra']);
  index = reopened();
  indexAll(k.store, index);
  expect([found('zebra'), indexedWords()]).toEqual([['zebra'], ['zebra']]);
});

test('STO-90 the index knows the words of any text as searching cuts them', () => {
  const scripts = 'aZ9é İßŁŉǅſΣσςёйאָبّـ‌ा्ั้ำກ່ក្ខ京都ーが゙ﾊﾟ한ᄒ各各👍🏽🇳🇱‍️𠮷𝒳½ﬁ㍿,;-'.normalize('NFC');
  const unit = fc.oneof(
    fc.constantFrom(...scripts),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  );
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 30 }), (units) => {
      const text = units.join('');
      const words = new Set<string>();
      for (const { kind, text: run } of runs(fold(text))) {
        const characters = [...run];
        if (kind !== 'paired') words.add(shortened(run));
        else for (const [at, one] of characters.entries()) words.add(one + (characters[at + 1] ?? ''));
      }
      expect(wordsOf(text)).toEqual([...words].sort());
    }),
    // Found once: the breve of й goes behind a mark that is ordered before it.
    { numRuns: 3000, examples: [[['й', '\u17d2']], [['ў', '\u0e38', 'a']]] },
  );
});

test('STO-91 what has changed since the index read its block is found as it is now, and the index hears of it', () => {
  putMessage(k.store, 1, { text: 'early zebra' });
  indexAll(k.store, index);
  expect(staleBlocks(k.store, index)).toEqual([]);
  putMessage(k.store, 2, { text: 'late zebra' });
  expect(found('zebra')).toEqual(['late zebra', 'early zebra']);
  expect(staleBlocks(k.store, index)).toHaveLength(1);
  // A rolled back transaction changes nothing.
  indexAll(k.store, index);
  expect(() =>
    k.store.write(() => {
      putMessage(k.store, 3, { text: 'no zebra' });
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(staleBlocks(k.store, index)).toEqual([]);
  expect(found('zebra')).toEqual(['late zebra', 'early zebra']);
});

test('STO-91 an index that is ahead of a database put back from an older copy is not believed', () => {
  putMessage(k.store, 1, { text: 'zebra' });
  k.store.checkpoint(true);
  copyFileSync(k.path, `${k.path}.copy`);
  putMessage(k.store, 2, { text: 'giraffe' });
  indexAll(k.store, index);
  k.store.close();
  copyFileSync(`${k.path}.copy`, k.path);
  k.store = openStore({ path: k.path, key: KEY });
  expect(found('giraffe')).toEqual([]);
  putMessage(k.store, 3, { text: 'okapi' });
  expect(staleBlocks(k.store, index)).toHaveLength(1);
  expect([found('zebra'), found('giraffe'), found('okapi')]).toEqual([['zebra'], [], ['okapi']]);
  indexAll(k.store, index);
  expect([found('zebra'), found('giraffe'), found('okapi')]).toEqual([['zebra'], [], ['okapi']]);
});

test('STO-92 thousands of messages lie in blocks; where neither index nor reading reaches, the answer says that it is incomplete', () => {
  const count = 5 * BLOCK;
  k.store.write(() => {
    for (let i = count; i >= 1; i--) {
      putMessage(k.store, i, { text: i === 5 ? 'the oldest quagga' : `n${i % 10}`, acceptedMs: i * 1000 });
      if (i % 2000 === 0) k.store.flush();
    }
  });
  const blocks = k.store.all<{ first: number; messages: number }>(
    'SELECT first, messages FROM search_block ORDER BY first',
  );
  expect(blocks.reduce((sum, { messages }) => sum + messages, 0)).toBe(count);
  for (const { messages } of blocks) expect(messages).toBeLessThanOrEqual(2 * BLOCK);
  expect(blocks.length).toBeGreaterThan(2);

  expect(searchMessages(k.store, 'quagga', 5)).toEqual({ hits: [], next: null, incomplete: true });
  // Enough was found before the end of what it can read: nothing is missing from that.
  expect(searchMessages(k.store, 'n3', 5)).toMatchObject({ incomplete: false, hits: { length: 5 } });
  indexBlock(k.store, index, 0);
  expect(found('quagga')).toEqual(['the oldest quagga']);
  indexAll(k.store, index);
  expect(searchMessages(k.store, 'quagga', 5)).toMatchObject({ incomplete: false, hits: { length: 1 } });
  let next: number | null = Number.MAX_SAFE_INTEGER;
  let hits = 0;
  while (next !== null) {
    const page = searchMessages(k.store, 'n7', 500, next);
    hits += page.hits.length;
    next = page.next;
  }
  expect(hits).toBe(count / 10);

  // As after a migration: one block with everything, divided when the store is opened.
  k.store.write(() => {
    k.store.run('DELETE FROM search_block');
    k.store.run('INSERT INTO search_block (first, mark, messages) VALUES (0, 1, ?)', count);
  });
  k.store.close();
  k.store = openStore({ path: k.path, key: KEY });
  const divided = k.store.all<{ messages: number }>('SELECT messages FROM search_block ORDER BY first');
  expect(divided.map(({ messages }) => messages)).toEqual([2 * BLOCK, BLOCK, BLOCK, BLOCK]);
  indexAll(k.store, index);
  expect(searchMessages(k.store, 'quagga', 5)).toMatchObject({ incomplete: false, hits: { length: 1 } });
}, 60_000);
