import { expect, test } from 'vitest';
import type { SyncStatus } from '../../electron/api/types.ts';
import { whyEmpty } from './empty-list.ts';

const status = (more: Partial<SyncStatus>) => more as SyncStatus;

test('UI-89 an empty list: the switch is off, the history is on its way, or there is nothing yet', () => {
  expect(whyEmpty(null)).toBe('none');
  expect(whyEmpty(status({ switch: 'on', phase: 'idle' }))).toBe('none');
  expect(whyEmpty(status({ switch: 'on', phase: 'paused' }))).toBe('none');
  for (const phase of ['preparing', 'downloading', 'synchronizing'] as const)
    expect(whyEmpty(status({ switch: 'enabling', phase }))).toBe('onTheWay');
  // With the switch off no history comes, whatever else is going on.
  for (const phase of ['idle', 'synchronizing', 'paused'] as const)
    expect(whyEmpty(status({ switch: 'off', phase }))).toBe('switchOff');
});
