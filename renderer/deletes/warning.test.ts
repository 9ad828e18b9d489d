import { expect, test } from 'vitest';
import type { DeleteScope, RecentlyDeletedItem } from '../../electron/api/types.ts';
import { groupDeleted, keepSelected, recoveredWith } from './groups.ts';
import { warningOf } from './warning.ts';

const names = (list: string[]): string => list.join('+');
const scope = (more: Partial<DeleteScope>): DeleteScope => ({
  messages: 1,
  attachments: 0,
  switchOn: true,
  devicesOn: ['MacBook'],
  devicesKeeping: [],
  devicesUnknown: [],
  inCloud: true,
  ...more,
});
const keys = (...args: Parameters<typeof warningOf>): string[] =>
  warningOf(...args).lines.map((line) => line.key);
const one = { kind: 'messages' as const, ids: ['a'] };

test('UI-30 with the switch on, the warning says from how many devices, and which keep theirs', () => {
  const warning = warningOf(one, scope({ devicesOn: ['A', 'B', 'C'], devicesKeeping: ['Mac mini'] }), names);
  expect(warning.lines[0]).toEqual({ key: 'delete.reachAll', values: { count: 3, names: 'A+B+C' } });
  expect(warning.lines[1]).toEqual({ key: 'delete.keptOn', values: { count: 1, names: 'Mac mini' } });
  expect(warning.button).toBe('delete');
});

test('UI-30 with the switch off, it reaches this device only, and says where the messages stay', () => {
  const warning = warningOf(
    one,
    scope({ switchOn: false, devicesOn: [], devicesKeeping: ['Mac mini'] }),
    names,
  );
  expect(warning.lines[0]).toEqual({ key: 'delete.reachHere', values: { count: 1, names: 'Mac mini' } });
  const off = (more: Partial<DeleteScope>) =>
    keys(one, scope({ switchOn: false, devicesOn: [], ...more }), names)[0];
  expect(off({})).toBe('delete.reachHereCloud');
  expect(off({ inCloud: false })).toBe('delete.reachHereOnly');
  expect(off({ inCloud: false, devicesKeeping: ['Mac mini'] })).toBe('delete.reachHereNames');
  expect(keys({ kind: 'forGood', ids: ['a'] }, scope({ switchOn: false, inCloud: false }), names)[0]).toBe(
    'delete.reachHereForGoodOnly',
  );
});

test('UI-30 a device whose switch is not known is not said to keep it', () => {
  const warning = warningOf(one, scope({ devicesUnknown: ['New'] }), names);
  expect(warning.lines[1]).toEqual({ key: 'delete.unknownOn', values: { count: 1, names: 'New' } });
});

test('UI-31 every warning says that others keep theirs, and whether it can be undone', () => {
  expect(keys(one, scope({}), names).slice(-2)).toEqual(['delete.othersKeep', 'delete.thirtyDays']);
  const forGood = warningOf({ kind: 'forGood', ids: ['a'] }, scope({}), names);
  expect(forGood.lines.at(-1)?.key).toBe('delete.noUndo');
  expect(forGood.button).toBe('deleteNow');
  expect(warningOf({ kind: 'conversation', id: 'c' }, scope({ messages: 9 }), names).title).toEqual({
    key: 'delete.titleConversation',
    values: { count: 9 },
  });
});

const item = (id: string, conversationId: string, deletedAt: number): RecentlyDeletedItem =>
  ({
    message: { id, conversationId, at: deletedAt },
    conversationTitle: conversationId,
    deletedAt,
  }) as RecentlyDeletedItem;

test('UI-32 Recently Deleted is grouped by conversation, the newest delete first', () => {
  const groups = groupDeleted([item('1', 'x', 1), item('2', 'y', 5), item('3', 'x', 3)]);
  expect(groups.map((group) => [group.title, group.items.map((one_) => one_.message.id)])).toEqual([
    ['y', ['2']],
    ['x', ['3', '1']],
  ]);
});

test('UI-32 what is gone is not selected any more', () => {
  expect([...keepSelected(new Set(['1', '9']), [item('1', 'x', 1)])]).toEqual(['1']);
});

test('UI-32 Recover says how many come back: of a conversation deleted whole, all that went with it', () => {
  const went = (id: string, conversationId: string): RecentlyDeletedItem => ({
    ...item(id, conversationId, 1),
    withConversation: true,
  });
  const items = [went('1', 'x'), went('2', 'x'), item('3', 'x', 2), went('4', 'y'), item('5', 'y', 2)];
  expect([...recoveredWith(new Set(['1']), items)]).toEqual(['1', '2']);
  expect([...recoveredWith(new Set(['3', '5']), items)]).toEqual(['3', '5']);
});
