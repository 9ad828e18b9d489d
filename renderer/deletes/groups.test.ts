import { expect, test } from 'vitest';
import type { RecentlyDeletedItem } from '../../electron/api/types.ts';
import { deletedRows, keepSelected } from './groups.ts';
import { inPieces } from './pieces.ts';

const item = (id: string, conversationId: string): RecentlyDeletedItem =>
  ({
    message: { id, conversationId, at: 1 },
    conversationTitle: conversationId,
    deletedAt: 1,
  }) as RecentlyDeletedItem;
const group = (conversationId: string, messages: number) => ({
  conversationId,
  title: conversationId,
  messages,
});

test('UI-32 Recently Deleted is grouped by conversation, in the order of the device, the newest delete first', () => {
  const rows = deletedRows([group('y', 1), group('x', 2)], [item('2', 'y'), item('3', 'x'), item('1', 'x')]);
  expect(rows.map((row) => [row.kind, row.key])).toEqual([
    ['heading', 'y'],
    ['item', '2'],
    ['heading', 'x'],
    ['item', '3'],
    ['item', '1'],
  ]);
  expect(rows.map((row) => row.kind === 'item' && row.last)).toEqual([false, true, false, false, true]);
});

test('UI-104 where not all of it is here yet, the list says so, and headings count what there is', () => {
  const rows = deletedRows(
    [group('y', 1), group('x', 5000), group('z', 1)],
    [item('2', 'y'), item('3', 'x')],
  );
  expect(rows.at(-1)?.kind).toBe('more');
  const heading = rows[2];
  expect(heading?.kind === 'heading' && [heading.group.messages, heading.loaded]).toEqual([5000, ['3']]);
});

test('UI-32 what is gone is not selected any more', () => {
  expect([...keepSelected(new Set(['1', '9']), ['1', '2'])]).toEqual(['1']);
});

test('UI-104 more than one call takes goes in several, one after the other', async () => {
  const calls: number[] = [];
  const ids = Array.from({ length: 20_001 }, (_, index) => `${index}`);
  const done = await inPieces(ids, async (some) => {
    calls.push(some.length);
    return { messages: some.length, stopped: null, newer: 0 };
  });
  expect([calls, done]).toEqual([[10_000, 10_000, 1], { messages: 20_001, stopped: null, newer: 0 }]);
  const seven = { messages: 7, stopped: null, newer: 0 };
  expect(await inPieces('all', async (some) => (some === 'all' ? seven : { ...seven, messages: 0 }))).toBe(
    seven,
  );
});

test('SYN-73 after a piece that was not done to its end no other is begun', async () => {
  const ids = Array.from({ length: 20_001 }, (_, index) => `${index}`);
  let calls = 0;
  const done = await inPieces(ids, async () => ({
    messages: 5,
    stopped: ++calls === 2 ? 'diskFull' : null,
    newer: 0,
  }));
  expect([calls, done]).toEqual([2, { messages: 10, stopped: 'diskFull', newer: 0 }]);
});
