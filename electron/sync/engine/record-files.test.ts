/** Files that nothing but records of the messages zone lack: they go up while that zone does, and the status line counts them only then. */
import { expect, test } from 'vitest';
import { type Bench, settled } from '../testing/engine-bench.ts';
import { LARGE, LARGE_BLOB, NO_BLOBS, NO_UPLOADS, type Uploads } from './state.ts';
import { statusOf } from './status.ts';
import type { Step } from './steps.ts';

const files = (all: number, small = all): Uploads => ({ ...NO_UPLOADS, all, small });

function count(bench: Bench, up: Uploads, upForRecords: Uploads, messages = 0): Bench {
  const zones = { account: { dirty: 0, dueAt: 0 }, messages: { dirty: messages, dueAt: 0 } };
  const outbox = { ready: false, waiting: 0, dueAt: 0 };
  const blobs = { ...NO_BLOBS, up, upForRecords };
  return bench.send({ type: 'counts', counts: { zones, newMessages: messages, outbox, blobs } });
}
const uploads = (bench: Bench): Step[] => bench.steps().filter(({ type }) => type === 'upload');
const said = (bench: Bench) => {
  const { phase, item, done, total, paused } = statusOf(bench.state);
  return [phase, item, done, total, paused?.reason ?? null];
};
const done = (bench: Bench) => bench.done('upload', { full: false });
const all = Number.MAX_SAFE_INTEGER;
const purge = { id: 'p', atMs: 9, by: null, asked: false };
const heard = (asked: typeof purge | null) =>
  ({ type: 'zoneHeard', heard: { purge: asked, bytesUsed: 0, quotaBytes: 0 } }) as const;

test('ATT-19 SWI-4 SWI-5 files that only records lack stop with the zone; those of messages to be sent go on', () => {
  for (const [stop, goOn, says] of [
    [{ type: 'hold' }, { type: 'resume' }, ['paused', null, 0, null, 'held']],
    [heard(purge), heard(null), ['paused', null, 0, null, 'purgePending']],
  ] as const) {
    const bench = count(settled(), NO_UPLOADS, files(3));
    expect(uploads(bench)).toEqual([{ lane: 'blobs', type: 'upload', only: all, records: true }]);
    expect(said(bench)).toEqual(['uploading', 'attachments', 0, 3, null]);
    done(bench.send(stop));
    expect([uploads(bench), said(bench)]).toEqual([[], says]);
    count(bench, files(1), files(3));
    expect(uploads(bench)).toEqual([{ lane: 'blobs', type: 'upload', only: all, records: false }]);
    done(count(bench, NO_UPLOADS, files(3)));
    expect(uploads(bench)).toEqual([]);
    bench.send(goOn);
    expect(uploads(bench)).toMatchObject([{ records: true }]);
  }
});

test('ATT-19 SWI-4 a turning on that is cancelled leaves the files of records, says nothing of them, and still sends messages with theirs', () => {
  const bench = count(settled({ switch: 'enabling' }), files(1), files(5), 1);
  expect(uploads(bench)).toMatchObject([{ records: true }]);
  bench.send({ type: 'cancel' });
  // At once, before anything is counted anew.
  expect(bench.state.blobsUp).toEqual({ done: 0, total: 1 });
  done(bench);
  expect(uploads(bench)).toMatchObject([{ records: false }]);
  done(count(bench, NO_UPLOADS, files(5), 1));
  expect([uploads(bench), bench.state.running.blobs]).toEqual([[], null]);
  expect(bench.state.blobsUp.total).toBeNull();
});

test('ATT-19 SWI-2 a switch that is being turned off uploads no files of records', () => {
  const bench = count(settled({ switch: 'disabling' }), NO_UPLOADS, files(2));
  expect([uploads(bench), bench.state.blobsUp.total]).toEqual([[], null]);
});

test('SWI-4 ATT-13 a full storage is not said for what does not go any more, and is tried when the switch is turned on again', () => {
  const bench = count(settled(), NO_UPLOADS, files(1));
  bench.done('upload', { full: true });
  expect(said(bench).at(-1)).toBe('storageFull');
  bench.send({ type: 'setSwitch', on: false });
  expect(said(bench).at(-1)).not.toBe('storageFull');
});

test('ATT-19 SWI-30 SWI-31 files of records wait with the messages, and large ones for another connection', () => {
  const bench = settled().send({ type: 'conditions', conditions: { onBattery: true, metered: false } });
  count(bench, NO_UPLOADS, files(1), LARGE);
  expect([uploads(bench), said(bench).at(-1)]).toEqual([[], 'onBattery']);
  const metered = settled().send({ type: 'conditions', conditions: { onBattery: false, metered: true } });
  count(metered, NO_UPLOADS, files(2, 1));
  expect(uploads(metered)).toEqual([{ lane: 'blobs', type: 'upload', only: LARGE_BLOB, records: true }]);
  expect(said(metered)).toEqual(['paused', 'attachments', 0, 2, 'metered']);
  const off = settled({ switch: 'off' });
  off.send({ type: 'conditions', conditions: { onBattery: false, metered: true } });
  count(off, NO_UPLOADS, files(2, 1));
  expect([uploads(off), said(off)[0]]).toEqual([[], 'idle']);
});
