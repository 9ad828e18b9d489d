import { expect, test } from 'vitest';
import { noChanges, settled } from '../testing/engine-bench.ts';
import { NO_BLOBS, NO_UPLOADS } from './state.ts';
import { statusOf } from './status.ts';

const received = { more: false, waits: false, aside: false };

test('SYN-166 while a send waits to be tried again mail is received at once, and what failed goes when that is done', () => {
  const bench = settled().dirty(0, 0, 1).failed('send', 'busy');
  bench.effects = [];
  expect(bench.send({ type: 'mailPoke' }).names()).toEqual(['receive']);
  // More than one page; nothing is waited for any more, and what comes is taken first.
  expect(bench.done('receive', { ...received, more: true }).names()).toEqual(['receive']);
  expect(bench.done('receive', received).names()).toEqual(['send']);
  // Where nothing comes it waits its time.
  bench.failed('send', 'busy').effects = [];
  expect(bench.send({ type: 'tick' }).names()).toEqual([]);
  bench.now = bench.state.retry!.at;
  expect(bench.send({ type: 'tick' }).names()).toEqual(['send']);
  // Sent, nothing is a reason to take mail first.
  bench.send({ type: 'mailPoke' }).dirty(0, 0, 2).done('send', { nextAt: bench.now, lookAgainAt: 0 });
  expect(bench.names()).toEqual(['send']);
});

test('SYN-166 after a push of the account zone that failed the messages zone is read; a long read does not keep it waiting for long', () => {
  const bench = settled().dirty(1, 0).failed('push', 'busy');
  bench.effects = [];
  bench.send({ type: 'zonePoke', zone: 'messages', head: 40, purgeId: null });
  expect(bench.names()).toEqual(['changes messages']);
  bench.done('changes', { ...noChanges(30), more: true });
  expect(bench.names()).toEqual(['changes messages']);
  bench.now += 15_000;
  bench.done('changes', { ...noChanges(35), more: true });
  expect(bench.names()).toEqual(['push account']);
  expect(bench.failed('push', 'busy').names()).toEqual(['changes messages']);
  expect(bench.done('changes', noChanges(40)).names()).toEqual(['push account']);
});

test('SYN-166 a cloud that asks to be left alone, or that gives nothing either, is left alone', () => {
  const asked = settled().dirty(1, 0).failed('push', 'busy', 30_000);
  asked.effects = [];
  expect(asked.send({ type: 'mailPoke' }).names()).toEqual([]);
  const gone = settled().dirty(1, 0).failed('push', 'network');
  gone.effects = [];
  expect(gone.send({ type: 'mailPoke' }).names()).toEqual(['receive']);
  expect(gone.failed('receive', 'network').send({ type: 'mailPoke' }).names()).toEqual([]);
  // Another write that fails meanwhile says nothing of what could be read.
  gone.now = gone.state.retry!.at;
  expect(gone.send({ type: 'tick' }).names().sort()).toEqual(['push account', 'receive']);
  gone.failed('receive', 'network').failed('push', 'network').effects = [];
  expect(gone.send({ type: 'mailPoke' }).names()).toEqual([]);
});

test('SYN-166 that nothing but what goes up fails is said, as long as the cloud is heard', () => {
  const bench = settled().dirty(0, 0, 1).failed('send', 'busy');
  const said = () => statusOf(bench.state).paused?.reason;
  // One is no news.
  expect(said()).toBe(undefined);
  bench.now = bench.state.retry!.at;
  bench.send({ type: 'tick' }).failed('send', 'busy');
  expect([said(), statusOf(bench.state).action]).toEqual(['cloudTakesNothing', 'tryNow']);
  bench.send({ type: 'streamClosed', retryAfterMs: 0 });
  expect(said()).toBe('cloudUnreachable');
  bench.send({ type: 'reachable', online: false });
  expect(said()).toBe('offline');
});

test('SYN-166 after an upload that failed a file that a person waits for comes at once', () => {
  const up = { ...NO_UPLOADS, all: 1, small: 1 };
  const bench = settled().dirty(0, 0, 0, 0, { ...NO_BLOBS, up });
  expect(bench.names()).toEqual(['upload']);
  bench.failed('upload', 'busy').effects = [];
  const one = { ...NO_BLOBS, up, asked: 1, all: 1 };
  expect(bench.dirty(0, 0, 0, 0, one).names()).toEqual(['download']);
  // Another one: still before the upload.
  expect(bench.done('download', {} as never).names()).toEqual(['download']);
  bench.dirty(0, 0, 0, 0, { ...NO_BLOBS, up }).done('download', {} as never);
  expect(bench.names()).toEqual(['upload']);
});
