import { expect, test } from 'vitest';
import { wellFacts } from '../testing/facts.ts';
import { checksOf } from './checks.ts';
import { type ReportInput, reportFileName, reportText } from './report.ts';

const CANARY = 'Kanarievogel 7f3a91';

function input(text: string): ReportInput {
  // What another device, the cloud or a damaged store could have put wherever text can stand.
  const facts = wellFacts({
    handle: text,
    appVersion: text,
    devices: [{ ...wellFacts({}).devices[0]!, name: text, version: text, platform: text }],
    notices: [text],
    status: { ...wellFacts({}).status, switchReason: text as 'purged', switchedBy: text },
    probe: { ...wellFacts({}).probe, cloudVersion: text, code: text },
    database: { at: 0, tables: 1, problems: [{ table: text, count: 1 }] },
  });
  const zone: ReportInput['zones']['account'] = {
    switch: 'on',
    switchReason: text as 'purged',
    phase: text,
    generation: 1,
    incarnation: 77n,
    head: 5,
    token: Buffer.from(text),
    backfillCursor: Buffer.from(text),
    backfillDone: 1,
    backfillTotal: null,
    cloudRecords: 5,
    bytesUsed: 1,
    quotaBytes: 2,
    purgeAtMs: null,
    askedMs: 0,
    lastSyncedMs: null,
    extra: { heads: [[1, text, 5, text]] },
  };
  const engine = {
    stage: text,
    stopped: text,
    head: 5,
    seen: 5,
    dirty: 0,
    pushLimit: 400,
    repairing: false,
  };
  return {
    facts,
    checks: checksOf(facts),
    sync: {
      session: text,
      switch: 'on',
      switchReason: text,
      keyring: text,
      mailbox: text,
      stream: text,
      online: true,
      conditions: { onBattery: null, metered: false },
      zones: { account: engine, messages: engine },
      running: [text],
      retry: { failures: 2, kind: text, since: 0, at: 0 },
      failures: [{ what: 'step push messages', kind: text, code: text, firstAt: 0, lastAt: 1, times: 2 }],
    },
    counts: {
      zones: { account: { records: 1, waiting: 0 }, messages: { records: 2, waiting: 1 } },
      messages: 2,
      conversations: 1,
      kinds: { message: 0, conversation: 1, reading: 1, device: 1, settings: 1, unknown: 0 },
      outbox: [{ kind: text, state: text, failure: text, count: 1 }],
      setAside: [{ reason: text, count: 1 }],
    },
    zones: { account: zone, messages: zone },
    program: { host: text, platform: text, processor: 'x64', node: '24.0.0' },
  };
}

test('API-22 whatever stands where text can stand, nothing but names of the program’s own comes out', () => {
  for (const text of [CANARY, 'anna@example.org', 'https://cloud.example.org', '+31201234567', 'a\nb']) {
    const report = reportText(input(text));
    expect(report).not.toContain(text);
    expect(report).not.toContain(Buffer.from(text).toString('hex'));
    expect(report).not.toContain(Buffer.from(text).toString('base64'));
  }
  // Each such place says so, instead of being left out.
  expect(reportText(input(CANARY)).match(/\bother\b/g)?.length).toBeGreaterThan(25);
});

test('API-22 API-28 what it is for is in it: checks, versions, where the zones stand, what failed', () => {
  const report = reportText({
    ...input('word'),
    facts: wellFacts({
      appVersion: '1.2.0',
      notices: ['deviceAdded', 'deviceAdded', 'zoneForked'],
      letGo: [{ cause: 'thirtyDays', messages: 3, firstMs: 0, lastMs: 5_000, byMs: 1_000 }],
    }),
  });
  for (const line of [
    'version: 1.2.0',
    'connection: ok',
    'round trip: 12 ms',
    'account: generation 1, head 5',
    'zone messages: 2 records, 1 with changes',
    'deviceAdded: 2',
    'zoneForked: 1',
    '1970-01-01T00:00:05.000Z thirtyDays: 3 messages since 1970-01-01T00:00:00.000Z, by 1970-01-01T00:00:01.000Z',
    'step push messages: word (word), 2 times since 1970-01-01T00:00:00.000Z',
  ])
    expect(report).toContain(line);
  expect(reportFileName(1_800_000_000_000)).toBe('lockstep-report-2027-01-15.txt');
});
