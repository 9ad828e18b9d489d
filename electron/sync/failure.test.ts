import { expect, test } from 'vitest';
import { SyncFailure, toFailure } from './failure.ts';

const named = (code: string) => Object.assign(new Error(`${code}, in a sentence`), { code });

test('SYN-33 a command that cannot write says why, whoever noticed it: SQLite, the system, a share', () => {
  for (const code of ['SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'ENOSPC', 'EDQUOT'])
    expect([code, toFailure(named(code)).reason]).toEqual([code, 'diskFull']);
  for (const code of ['SQLITE_BUSY_SNAPSHOT', 'SQLITE_LOCKED', 'EBUSY'])
    expect([code, toFailure(named(code)).reason]).toEqual([code, 'busy']);
  for (const code of ['SQLITE_READONLY', 'EACCES', 'EROFS'])
    expect([code, toFailure(named(code)).reason]).toEqual([code, 'noAccess']);
  expect(toFailure(new SyncFailure('signedOut', 'Nobody is.')).reason).toBe('signedOut');
  for (const error of [named('EIO'), named('SQLITE_CORRUPT'), new Error('a fault'), 'a word'])
    expect(toFailure(error).reason).toBe('internal');
});
