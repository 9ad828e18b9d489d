import { expect, test } from 'vitest';
import { ErrorCode } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import { normaliseHandle } from './handle.ts';

test('ACC-1 each handle has one spelling', () => {
  expect(normaliseHandle('  Anna@Example.ORG ')).toBe('anna@example.org');
  expect(normaliseHandle('Zoe\u0308@example.org')).toBe('zo\u00eb@example.org');
  expect(normaliseHandle('+31 (0)6-1234.5678'.replace('(0)', ''))).toBe('+31612345678');
  expect(normaliseHandle('bob@home')).toBe('bob@home');
});

test('ACC-1 what is no address and no E.164 number is refused', () => {
  const bad = [
    '',
    'anna',
    '@example.org',
    'anna@',
    'a b@c.d',
    'a@b@c',
    'anna@-x.org',
    '+0612345678',
    '+12345',
    '0612345678',
  ];
  for (const handle of [...bad, `${'a'.repeat(300)}@example.org`, 'a\u0000@b.c', 'a\u202e@b.c']) {
    expect(() => normaliseHandle(handle), JSON.stringify(handle)).toThrow(
      expect.objectContaining({ code: ErrorCode.HANDLE_INVALID }),
    );
  }
});
