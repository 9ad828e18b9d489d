import { afterEach, beforeEach, expect, test } from 'vitest';
import { setRegister } from '../../shared/model/payload.ts';
import { deletedValue, editValue } from '../../shared/model/values.ts';
import { MessageField } from '../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { deleteForGood, getPayload, putMerged } from './records.ts';
import { searchMessages } from './search.ts';
import { refreshSearchIndex } from './search-index.ts';
import { bytes16, type Kit, kit, putConversation, putMessage } from './store.testkit.ts';

let k: Kit;
beforeEach(async () => {
  k = await kit();
  putConversation(k.store);
});
afterEach(() => k.close());

const found = (query: string): string[] =>
  searchMessages(k.store, query, 50).hits.map((hit) => hit.message.text);

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
])('STO-20 search finds %s', (_script, text, hits, misses) => {
  putMessage(k.store, 1, { text });
  putMessage(k.store, 2, { text: 'something else' });
  for (const query of hits) expect([query, found(query)]).toEqual([query, [text]]);
  for (const query of misses) expect([query, found(query)]).toEqual([query, []]);
});

test('STO-21 nothing that a person types is an error', () => {
  putMessage(k.store, 1, { text: `it's "quoted" AND (odd) NEAR/3 -minus col:on *star* a+b ^x` });
  const odd = [
    '"',
    '*',
    'AND',
    'OR OR',
    'NOT',
    '(',
    ')',
    'NEAR(',
    '-',
    'text:',
    '^',
    'a"b',
    "'; DROP TABLE message; --",
    '\0',
    '\ud800',
    '{x}',
    '%',
    '_',
    ' ',
    '',
  ];
  for (const query of odd) expect(Array.isArray(found(query))).toBe(true);
  expect(found(`it's "quoted"`)).toHaveLength(1);
  expect(found('AND')).toHaveLength(1);
  expect(found('a'.repeat(5000))).toHaveLength(0);
});

test('STO-22 newest first, in pages', () => {
  for (let i = 1; i <= 25; i++)
    putMessage(k.store, i, { text: `word ${i}`, acceptedMs: 1_000_000 + ((i * 7) % 25) * 1000 });
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

test('STO-23 what is deleted, cleared or changed is found no more, and its words leave the index', () => {
  const id = putMessage(k.store, 1, { text: 'zebra' });
  const before = getPayload(k.store, 'messages', id)!;
  const edited = setRegister(
    before,
    MessageField.EDIT,
    new Uint8Array(0),
    10n,
    bytes16(5),
    editValue('giraffe', 5),
  );
  putMerged(k.store, 'messages', id, edited, { dirty: true });
  expect([found('zebra'), found('giraffe')]).toEqual([[], ['giraffe']]);
  const deleted = setRegister(
    edited,
    MessageField.DELETED,
    new Uint8Array(0),
    11n,
    bytes16(5),
    deletedValue(5, bytes16(5)),
  );
  putMerged(k.store, 'messages', id, deleted, { dirty: true });
  expect(found('giraffe')).toEqual([]);
  deleteForGood(k.store, 'messages', id, { push: true, byPerson: true, nowMs: 9 });
  k.store.db.exec(`CREATE VIRTUAL TABLE temp.words USING fts5vocab('main', 'message_text', 'row')`);
  const terms = (k.store.db.prepare('SELECT term FROM words').all() as { term: string }[]).map(
    (row) => row.term,
  );
  expect(terms).toEqual([]);
});

test('STO-24 a snippet marks the hits in the text as it was written', () => {
  const text = `${'Vorher steht viel. '.repeat(10)}Das MÄDCHEN und 東京都 kommen`;
  putMessage(k.store, 1, { text });
  const [hit] = searchMessages(k.store, 'madchen 京都', 5).hits;
  expect(hit!.ranges.map(([from, to]) => hit!.snippet.slice(from, to))).toEqual(['MÄDCHEN', '京都']);
  expect(hit!.snippet.length).toBeLessThan(130);
});

test('STO-25 when text is cut in a new way, the index is made anew from what is shown', () => {
  putMessage(k.store, 1, { text: 'zebra' });
  expect(refreshSearchIndex(k.store)).toBe(false);
  k.store.db.exec(`INSERT INTO message_text (message_text) VALUES ('delete-all')`);
  expect(found('zebra')).toEqual([]);
  expect(refreshSearchIndex(k.store, 1_000)).toBe(true);
  expect(found('zebra')).toEqual(['zebra']);
});
