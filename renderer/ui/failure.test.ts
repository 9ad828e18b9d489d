import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import i18next from 'i18next';
import { expect, test } from 'vitest';
import { en } from '../i18n/en.ts';
import { languageFor, regional } from '../i18n/i18n.ts';
import { failureText } from './failure.ts';

const one = i18next.createInstance();
await one.init({ lng: 'en', resources: { en: { translation: en } } });

test('UI-41 a failure is said in words; an unknown one honestly, with its reason', () => {
  expect(failureText(one.t, { reason: 'wrongPassword', retryAfterMs: null, about: null })).toBe(
    'The handle or the password is not right.',
  );
  expect(failureText(one.t, { reason: 'rateLimited', retryAfterMs: 20_400, about: null })).toContain(
    '21 seconds',
  );
  expect(failureText(one.t, { reason: 'strangeThing', retryAfterMs: null, about: null })).toContain(
    'strangeThing',
  );
  expect(failureText(one.t, { reason: 'general', retryAfterMs: null, about: null })).toContain(
    'Reason: general',
  );
  expect(failureText(one.t, { reason: 'toString', retryAfterMs: null, about: null })).toContain('toString');
});

test('UI-42 the language is the one chosen, else the first of the computer’s that there is', () => {
  expect(languageFor('nl', ['en'])).toBe('nl');
  expect(languageFor('system', ['fr-FR', 'nl-BE', 'en'])).toBe('nl');
  expect(languageFor('system', ['fr'])).toBe('en');
});

test('UI-42 times are written as the computer’s region does; a name that is no tag does no harm', () => {
  expect(regional('en', ['nl-NL', 'en-GB'])).toBe('en-GB');
  expect(regional('en', ['en-US@posix'])).toBe('en');
  expect(regional('nl', ['en-US'])).toBe('nl');
});

/** Each reason that a command or the local API gives by name. */
function thrownReasons(): Set<string> {
  const electron = fileURLToPath(new URL('../../electron', import.meta.url));
  const reasons = new Set<string>();
  for (const file of readdirSync(electron, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.includes('.test') || /testing|[/\\]sim[/\\]/.test(file)) continue;
    const source = readFileSync(join(electron, file), 'utf8');
    for (const [, reason] of source.matchAll(/new (?:Sync)?Failure\(\s*'([A-Za-z]+)'/g))
      if (reason) reasons.add(reason);
  }
  return reasons;
}

/** Faults of the program's own: the general text, which names the reason, is the honest one. */
const GENERAL = ['internal', 'noSuchProcedure', 'unexpected', 'unknownCommand'];

test('UI-41 every reason that the device gives has words', () => {
  const reasons = thrownReasons();
  expect(reasons.size).toBeGreaterThan(30);
  const without = [...reasons].filter((reason) => !(reason in en.failure) && !GENERAL.includes(reason));
  expect(without).toEqual([]);
});
