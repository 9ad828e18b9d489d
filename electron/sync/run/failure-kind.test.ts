import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { expect, test } from 'vitest';
import { TrustError } from '../../../shared/crypto/errors.ts';
import { ErrorCode, LockstepErrorSchema } from '../../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import { SyncFailure } from '../failure.ts';
import { failureOf } from './failure-kind.ts';

const said = (code: ErrorCode, retryAfterMs = 0, status = Code.Unknown) =>
  new ConnectError('said', status, undefined, [
    {
      desc: LockstepErrorSchema,
      value: create(LockstepErrorSchema, { code, retryAfterMs, cloudTimeMs: 5n }),
    },
  ]);

test('SYN-11 the code decides, whatever the status says', () => {
  for (const status of [Code.Unknown, Code.ResourceExhausted, Code.Unavailable]) {
    expect(failureOf(said(ErrorCode.TOO_LARGE, 0, status))).toMatchObject({ kind: 'tooLarge', cloudMs: 5 });
    expect(failureOf(said(ErrorCode.SESSION_REVOKED, 0, status)).kind).toBe('removed');
    expect(failureOf(said(ErrorCode.RATE_LIMITED, 700, status))).toMatchObject({
      kind: 'busy',
      retryAfterMs: 700,
    });
    expect(failureOf(said(ErrorCode.MALFORMED, 0, status)).kind).toBe('refused');
  }
});

test('SYN-11 without the detail it is no answer; other errors keep their meaning', () => {
  expect(failureOf(new ConnectError('proxy', Code.ResourceExhausted))).toMatchObject({
    kind: 'network',
    retryAfterMs: 0,
  });
  const waits = new ConnectError('proxy', Code.Unavailable, { 'retry-after': '7' });
  expect(failureOf(waits)).toMatchObject({ kind: 'network', retryAfterMs: 7000 });
  expect(failureOf(new TrustError('forked', 'forked')).kind).toBe('keyringForged');
  expect(failureOf(new SyncFailure('removed', 'gone')).kind).toBe('removed');
  expect(failureOf(Object.assign(new Error('disk'), { code: 'SQLITE_FULL' })).kind).toBe('diskFull');
  const system = (code: string, syscall: string) =>
    failureOf(Object.assign(new Error(code), { code, syscall })).kind;
  expect([system('EACCES', 'open'), system('EIO', 'read'), system('ENOSPC', 'write')]).toEqual([
    'file',
    'file',
    'diskFull',
  ]);
  // On a share, or where each person has so much of the disk.
  expect(system('EDQUOT', 'write')).toBe('diskFull');
  expect([system('ECONNRESET', 'read'), system('ECONNREFUSED', 'connect')]).toEqual(['internal', 'internal']);
  expect(failureOf(new Error('a fault')).kind).toBe('internal');
});
