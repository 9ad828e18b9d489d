import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { expect, test } from 'vitest';
import { SealError } from '../../../shared/crypto/errors.ts';
import { ErrorCode, LockstepErrorSchema } from '../../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import { SyncFailure } from '../failure.ts';
import { failureOf } from './failure-kind.ts';
import { FailureLog } from './failure-log.ts';

const CANARY = 'kanarievogel-5d10';

test('API-23 the last fifty are kept, the latest last; what fails again and again is one line', () => {
  let now = 0;
  const log = new FailureLog({ now: () => now });
  for (now = 1; now <= 60; now += 1) log.note(`step push ${now}`, 'network', 'ECONNREFUSED');
  expect(log.list()).toHaveLength(50);
  expect(log.list()[0]).toMatchObject({ what: 'step push 11' });
  for (now = 61; now <= 80; now += 1) log.note('stream', 'closed', 'ECONNREFUSED');
  log.note('step push 30', 'network', 'ECONNREFUSED');
  const list = log.list();
  expect(list).toHaveLength(50);
  expect(list.slice(-2)).toEqual([
    { what: 'stream', kind: 'closed', code: 'ECONNREFUSED', firstAt: 61, lastAt: 80, times: 20 },
    { what: 'step push 30', kind: 'network', code: 'ECONNREFUSED', firstAt: 30, lastAt: 81, times: 2 },
  ]);
});

test('API-23 of what was thrown only a name is kept, never the sentence, whoever wrote it', () => {
  const said = new ConnectError(`nobody is called ${CANARY}`, Code.NotFound, undefined, [
    {
      desc: LockstepErrorSchema,
      value: create(LockstepErrorSchema, { code: ErrorCode.NOT_FOUND, message: CANARY }),
    },
  ]);
  const thrown: [error: unknown, code: string | null][] = [
    [said, 'NOT_FOUND'],
    [new ConnectError(CANARY, Code.Unavailable), 'Unavailable'],
    [new SyncFailure('tooLarge', `“${CANARY}” is too long`), 'tooLarge'],
    [new SealError('not_authentic', CANARY), 'not_authentic'],
    [Object.assign(new Error(CANARY), { code: 'SQLITE_FULL' }), 'SQLITE_FULL'],
    [Object.assign(new Error('x'), { code: `about ${CANARY}` }), null],
    [Object.assign(new Error(CANARY), { name: `Error of ${CANARY}` }), null],
    [new TypeError(CANARY), 'TypeError'],
    [CANARY, null],
  ];
  for (const [error, code] of thrown) {
    const log = new FailureLog({ now: () => 1 });
    const failure = failureOf(error);
    log.note('step send', failure.kind, failure.code);
    expect(JSON.stringify(log.list())).not.toContain(CANARY);
    expect(log.list()[0]).toMatchObject({ what: 'step send', kind: failure.kind, code });
  }
});
