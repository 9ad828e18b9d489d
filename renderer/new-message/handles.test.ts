import { expect, test } from 'vitest';
import { checkHandle, normalHandle, splitHandles } from './handles.ts';
import { matchPeople } from './people.ts';

test('UI-33 what is typed into To becomes handles', () => {
  expect(splitHandles('a@x.org, b@x.org;c@x.org')).toEqual(['a@x.org', 'b@x.org', 'c@x.org']);
  expect(splitHandles('+31 20 123 45 67')).toEqual(['+31 20 123 45 67']);
  expect(normalHandle('+31 (20) 123-45.67')).toBe('+31201234567');
  expect(normalHandle(' Anna@Example.org ')).toBe('anna@example.org');
});

test('UI-33 what is no handle, or oneself, is said before anything is asked', () => {
  expect(checkHandle('bob@example.org', 'anna@example.org')).toBeNull();
  expect(checkHandle('bob', 'anna@example.org')).toBe('notAHandle');
  expect(checkHandle('anna@example.org', 'Anna@Example.org')).toBe('self');
});

test('UI-34 people are found by any word of their name, whatever the accents, or by handle', () => {
  const people = [
    { id: '1', handle: 'zoe@example.org', name: 'Zoë van Dijk', me: false },
    { id: '2', handle: 'bob@example.org', name: '', me: false },
  ];
  expect(matchPeople(people, 'zoe', [])).toHaveLength(1);
  expect(matchPeople(people, 'dij', [])).toHaveLength(1);
  expect(matchPeople(people, 'bo', [])).toHaveLength(1);
  expect(matchPeople(people, 'bo', ['bob@example.org'])).toHaveLength(0);
  expect(matchPeople(people, '', [])).toHaveLength(0);
});
