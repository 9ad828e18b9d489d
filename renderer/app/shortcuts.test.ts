import { afterEach, expect, test, vi } from 'vitest';
import { shortcuts } from './shortcuts.ts';

/** Stands in for the page's elements: only what keys.ts asks of them. */
class Field {
  closest(): Field {
    return this;
  }
}

const pressed = (init: Partial<KeyboardEvent>, altGraph = false): string[] => {
  const event = {
    ...{ altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, key: '', code: '', target: null },
    getModifierState: (key: string) => altGraph && key === 'AltGraph',
    ...init,
  } as KeyboardEvent;
  return shortcuts()
    .filter(({ matches }) => matches(event))
    .map(({ label }) => label);
};
const onA = (platform: string): void => {
  vi.stubGlobal('navigator', { platform });
  vi.stubGlobal('Element', Field);
};
const typing = { target: new Field() as unknown as EventTarget };
afterEach(() => {
  vi.unstubAllGlobals();
});

test('UI-143 on a Mac, Option types what it types: no such key is taken from a field', () => {
  onA('MacIntel');
  for (const [key, code] of [
    ['#', 'Digit3'],
    ['@', 'Digit2'],
    ['Dead', 'KeyN'],
    ['ArrowDown', 'ArrowDown'],
  ] as const) {
    expect(pressed({ altKey: true, key, code, ...typing }), key).toEqual([]);
    expect(pressed({ altKey: true, key, code }), key).toHaveLength(1);
  }
  expect(pressed({ metaKey: true, key: 'n', code: 'KeyN', ...typing })).toEqual(['help.newMessage']);
});

test('UI-143 elsewhere Alt works in fields too, and AltGr types', () => {
  onA('Win32');
  const three = { altKey: true, key: '3', code: 'Digit3', ...typing };
  expect(pressed(three)).toEqual(['help.messageField']);
  expect(pressed({ ...three, key: '#' }, true)).toEqual([]);
  expect(pressed({ ...three, key: '#', ctrlKey: true })).toEqual([]);
});

test('UI-143 the keys are called as they are on that computer', () => {
  const keys = () => shortcuts().find(({ label }) => label === 'help.transcript')?.keys;
  onA('MacIntel');
  expect(keys()).toEqual(['⌥', '2']);
  onA('Linux x86_64');
  expect(keys()).toEqual(['Alt', '2']);
});
