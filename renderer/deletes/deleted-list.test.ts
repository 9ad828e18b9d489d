import { expect, test, vi } from 'vitest';
import type { RecentlyDeletedGroup } from '../../electron/api/types.ts';

let groups: Partial<RecentlyDeletedGroup>[] = [];
vi.mock('../app/api.ts', () => ({
  api: {
    recentlyDeleted: { groups: { query: async () => groups }, list: { query: async () => [] } },
  },
  failureOf: (error: unknown) => error,
}));

const { deletedList, useDeleted } = await import('./deleted-list.ts');
const known = () => useDeleted.getState().groups;

test('UI-32 what changed while nobody looked is asked for, and what was known before is not shown meanwhile', async () => {
  let leave = deletedList.watch();
  await vi.waitFor(() => expect(known()).toEqual([]));
  leave();
  groups = [{ messages: 17 }];
  await deletedList.refresh();
  expect(known()).toBeNull();
  leave = deletedList.watch();
  expect(known()).toBeNull();
  await vi.waitFor(() => expect(known()).toEqual([{ messages: 17 }]));
  // While somebody looks, it stands until there is something newer.
  const asked = deletedList.refresh();
  expect(known()).toEqual([{ messages: 17 }]);
  await asked;
  leave();
});
