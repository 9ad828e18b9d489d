/** Facts for the checks and the report in which everything is well, for tests to change. */
import type { Facts } from '../troubleshooting/facts.ts';

export const NOW = 1_800_000_000_000;
export const DAY = 86_400_000;
export const GB = 1_000_000_000;

export function listedDevice(
  name: string,
  more: Partial<Facts['devices'][number]> = {},
): Facts['devices'][number] {
  return {
    id: new Uint8Array(16),
    name,
    switchOn: true,
    lastSyncMs: NOW - DAY,
    version: '1.2.0',
    platform: 'mac',
    addedMs: NOW - 90 * DAY,
    own: false,
    ...more,
  };
}

export function wellFacts(change: Partial<Facts>): Facts {
  return {
    now: NOW,
    appVersion: '1.2.0',
    handle: 'anna@example.org',
    cloudHere: false,
    devices: [listedDevice('Mac mini'), listedDevice('MacBook', { own: true })],
    status: {
      switch: 'on',
      switchReason: null,
      switchedBy: null,
      purge: null,
      almostFull: false,
      phase: 'idle',
      item: null,
      done: 0,
      total: null,
      paused: null,
      action: 'syncNow',
      lastSyncedAt: NOW - 1000,
      waitingToSend: 0,
    },
    probe: {
      failure: null,
      code: null,
      roundTripMs: 12,
      clockAheadMs: 40,
      cloudVersion: '1.2.0',
      session: 'accepted',
      storage: { bytesUsed: GB, quotaBytes: 5 * GB },
      stream: 'open',
    },
    heard: { bytesUsed: GB, quotaBytes: 5 * GB, asOf: NOW },
    purgeAt: null,
    onlyHere: { messages: 0, changes: 0 },
    recentlyDeleted: { messages: 0, firstGoesMs: null },
    letGo: [],
    freeBytes: 80 * GB,
    database: { at: NOW, tables: 25, problems: [] },
    notices: [],
    ...change,
  };
}
