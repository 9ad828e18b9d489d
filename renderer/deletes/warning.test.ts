import i18next from 'i18next';
import { beforeAll, describe, expect, test } from 'vitest';
import type { DeleteScope, DeleteTarget } from '../../electron/api/types.ts';
import { en } from '../i18n/en.ts';
import { nl } from '../i18n/nl.ts';
import { doneText, withNewer } from './done.ts';
import { type WarningSubject, warningOf } from './warning.ts';

const i18n = i18next.createInstance();
beforeAll(async () => {
  const resources = { en: { translation: en }, nl: { translation: nl } };
  await i18n.init({ lng: 'en', resources, interpolation: { escapeValue: false } });
});

const scope = (more: Partial<DeleteScope>): DeleteScope => ({
  messages: 1,
  attachments: 0,
  withText: 0,
  unsent: 0,
  onTheirWay: 0,
  switchOn: true,
  devicesOn: ['MacBook'],
  devicesKeeping: [],
  devicesUnknown: [],
  inCloud: true,
  purgeAt: null,
  ...more,
});
const one: DeleteTarget = { kind: 'messages', ids: ['a'] };
const whole: DeleteTarget = { kind: 'conversation', id: 'c' };
const now: DeleteTarget = { kind: 'forGood', ids: ['a'] };
const all: DeleteTarget = { kind: 'forGood', ids: 'all' };
const format = {
  names: (names: string[]) => names.join(' and '),
  date: (at: number) => (at === 9 ? '12 May' : '?'),
};
/** As it is read: the title, a paragraph a line, the button. */
function read(
  target: DeleteTarget,
  more: Partial<DeleteScope>,
  subject: WarningSubject | null = null,
  language = 'en',
): string[] {
  const { title, lines, button } = warningOf(target, scope(more), subject, format);
  const say = ({ key, values }: { key: string; values: Record<string, string | number> }): string =>
    i18n.t(key, { ...values, lng: language });
  return [say(title), ...lines.map((line) => line.map(say).join(' ')), i18n.t(`delete.${button}`)];
}
const three = { devicesOn: ['Laptop', 'Desktop', 'Phone'] };
const off = { switchOn: false, devicesOn: [] as string[] };

test('ATT-33 ATT-34 a warning says how many attachments go along; of all attachments, that whole messages go, texts too', () => {
  expect(read(one, { attachments: 2 }).slice(0, 3)).toEqual([
    'Delete this message?',
    '2 attachments go along.',
    'This will be deleted from this device and from iCloud.',
  ]);
  expect(read(whole, { messages: 40 })[1]).not.toContain('attachment');
  const files: DeleteTarget = { kind: 'attachments', id: 'c' };
  expect(read(files, { messages: 7, attachments: 12, withText: 3 })).toEqual([
    'Delete all 12 attachments of this conversation?',
    '7 messages that have them are deleted whole. 3 of them have a text, which goes along.',
    'These will be deleted from this device and from iCloud.',
    'The people you wrote with keep theirs.',
    'For 30 days you can bring them back from Recently Deleted.',
    'Delete',
  ]);
  expect(read(files, { messages: 1, attachments: 1 }).slice(0, 2)).toEqual([
    'Delete the one attachment of this conversation?',
    'The message that has it is deleted whole.',
  ]);
});

test('UI-30 before a conversation is deleted, the warning names it', () => {
  const bob = { kind: 'direct', title: 'Bob' } as const;
  const family = { kind: 'group', title: 'Family' } as const;
  const titles = (messages: number, language: string) =>
    [bob, family, null].map((subject) => read(whole, { messages }, subject, language)[0]);
  expect(titles(1234, 'en')).toEqual([
    'Delete the conversation with Bob and its 1,234 messages?',
    'Delete the conversation “Family” and its 1,234 messages?',
    'Delete this conversation with its 1,234 messages?',
  ]);
  expect(titles(1, 'en').slice(0, 2)).toEqual([
    'Delete the conversation with Bob and its 1 message?',
    'Delete the conversation “Family” and its 1 message?',
  ]);
  expect(titles(0, 'en')).toEqual([
    'Delete the empty conversation with Bob?',
    'Delete the empty conversation “Family”?',
    'Delete this empty conversation?',
  ]);
  expect([1234, 1, 0].flatMap((messages) => titles(messages, 'nl').slice(0, 2))).toEqual([
    'Het gesprek met Bob (1.234 berichten) verwijderen?',
    'Het gesprek “Family” (1.234 berichten) verwijderen?',
    'Het gesprek met Bob (1 bericht) verwijderen?',
    'Het gesprek “Family” (1 bericht) verwijderen?',
    'Het lege gesprek met Bob verwijderen?',
    'Het lege gesprek “Family” verwijderen?',
  ]);
  // A message's warning has no conversation to name.
  expect(read(one, {}, bob)[0]).toBe('Delete this message?');
});

describe('with the switch on', () => {
  test('UI-30 the warning says from how many devices, and which keep theirs', () => {
    expect(read(one, { ...three, devicesKeeping: ['Mac mini'] })).toEqual([
      'Delete this message?',
      'This will be deleted from all 3 of your devices where Messages in iCloud is on. Those are Laptop and Desktop and Phone.',
      'Kept on Mac mini, where Messages in iCloud is off.',
      'The people you wrote with keep theirs.',
      'For 30 days you can bring it back from Recently Deleted.',
      'Delete',
    ]);
  });

  test('UI-103 one device, two devices, a device that has not said, several messages, a conversation', () => {
    expect(read(one, {})[1]).toBe('This will be deleted from this device and from iCloud.');
    const two = { devicesOn: ['Laptop', 'Desktop'] };
    expect(read({ kind: 'messages', ids: ['a', 'b'] }, { ...two, messages: 2 }).slice(0, 2)).toEqual([
      'Delete 2 messages?',
      'These will be deleted from all 2 of your devices where Messages in iCloud is on. Those are Laptop and Desktop.',
    ]);
    const conversation = read(whole, { ...three, messages: 1234 });
    expect(conversation[0]).toBe('Delete this conversation with its 1,234 messages?');
    expect(conversation[1]).toMatch(/^This will be deleted from all 3 of your devices/);
    expect(conversation.at(-2)).toBe('For 30 days you can bring it back from Recently Deleted.');
    // Turning on: what is deleted now goes with everything else.
    expect(read(one, { devicesOn: ['Laptop', 'Desktop'] })[1]).toMatch(/all 2 of your devices/);
  });

  test('UI-30 a device whose switch is not known is not said to keep it', () => {
    expect(read(one, { devicesUnknown: ['New'] })[2]).toBe(
      'New has not said yet whether Messages in iCloud is on there.',
    );
    expect(read(one, { devicesUnknown: ['New', 'Newer'] })[2]).toMatch(/^New and Newer have not said/);
  });

  test('UI-103 while what iCloud holds is to be deleted, it says that other devices hear of nothing', () => {
    expect(read(one, { ...three, purgeAt: 9 })[2]).toBe(
      'What iCloud holds is to be deleted on 12 May. Until that is undone, other devices hear of nothing.',
    );
  });
});

describe('with the switch off, or turning off', () => {
  test('UI-30 it reaches this device only, and says where the messages stay', () => {
    expect(read(one, { ...off, devicesKeeping: ['Mac mini'] })).toEqual([
      'Delete this message?',
      'This will be deleted from this device only. It stays on Mac mini and in iCloud.',
      'The people you wrote with keep theirs.',
      'For 30 days you can bring it back from Recently Deleted.',
      'Delete',
    ]);
    const second = (more: Partial<DeleteScope>) => read(one, { ...off, ...more })[1];
    expect(second({})).toBe('This will be deleted from this device only. It stays in iCloud.');
    expect(second({ inCloud: false })).toBe('This will be deleted from this device only.');
    expect(second({ inCloud: false, devicesKeeping: ['Mac mini', 'Phone'] })).toBe(
      'This will be deleted from this device only. It stays on Mac mini and Phone.',
    );
    expect(read(now, { ...off, messages: 2, devicesKeeping: ['Mac mini'] })[1]).toBe(
      'These will be gone for good from this device only. They stay on Mac mini and in iCloud.',
    );
  });

  test('UI-103 after Disable & Delete it says until when iCloud keeps it', () => {
    expect(read(one, { ...off, purgeAt: 9, devicesKeeping: ['Mac mini'] })[1]).toBe(
      'This will be deleted from this device only. It stays on Mac mini, and in iCloud until 12 May.',
    );
    expect(read(one, { ...off, purgeAt: 9, messages: 3 })[1]).toBe(
      'These will be deleted from this device only. They stay in iCloud until 12 May.',
    );
    // Where nothing is known to be in it, no promise is made about it.
    expect(read(one, { ...off, purgeAt: 9, inCloud: false })[1]).toBe(
      'This will be deleted from this device only.',
    );
  });
});

test('UI-31 every warning says that others keep theirs, and whether it can be undone', () => {
  for (const target of [one, whole, now, all]) {
    for (const more of [{}, three, off]) {
      const lines = read(target, more);
      expect(lines).toContain('The people you wrote with keep theirs.');
      expect(lines.at(-2)).toMatch(
        target.kind === 'forGood' ? /^This cannot be undone\.$/ : /^For 30 days you can bring it back/,
      );
    }
  }
  expect([read(one, {}), read(now, {}), read(all, {})].map((lines) => lines.at(-1))).toEqual([
    'Delete',
    'Delete Now',
    'Delete All',
  ]);
});

test('UI-103 Delete Now and Delete All say how many and how far', () => {
  expect(read(now, { ...three, messages: 2 }).slice(0, 2)).toEqual([
    'Delete 2 messages for good?',
    'These will be gone for good from iCloud and from all 3 of your devices where Messages in iCloud is on. Those are Laptop and Desktop and Phone.',
  ]);
  expect(read(all, { messages: 12_345 }).slice(0, 2)).toEqual([
    'Delete all 12,345 messages in Recently Deleted for good?',
    'These will be gone for good from this device and from iCloud.',
  ]);
});

test('UI-103 what was not sent yet, or is on its way, is said for what it is', () => {
  expect(read(one, { ...three, unsent: 1 })).toEqual([
    'Delete this message?',
    'It has not been sent yet, and will not be. Only this device has it.',
    'Only Undo, right after it, brings back what was never sent.',
    'Delete',
  ]);
  expect(read(one, { onTheirWay: 1 })[2]).toBe('It is on its way and still arrives.');
  const some = read({ kind: 'messages', ids: ['a'] }, { messages: 5, unsent: 2, onTheirWay: 1 });
  expect(some).toContain('One of them is on its way and still arrives.');
  expect(some).toContain(
    '2 of them have not been sent yet. They will not be, and only Undo brings them back.',
  );
  expect(some).toContain('The people you wrote with keep theirs.');
});

test('UI-103 a conversation without a message promises nothing about messages', () => {
  expect(read(whole, { messages: 0 })).toEqual([
    'Delete this empty conversation?',
    'This will be deleted from this device and from iCloud.',
    'Delete',
  ]);
});

test('DEL-33 what is done says how many messages stay because a newer app has changed them', () => {
  const said = (newer: number): string =>
    withNewer(i18n.t, doneText(i18n.t, one, { messages: 2, unsent: 0 }, 2), newer);
  expect(said(0)).toBe('2 messages deleted. In Recently Deleted for 30 days.');
  expect(said(1)).toBe(
    '2 messages deleted. In Recently Deleted for 30 days. One message stays as it is: a newer version of Lockstep has changed it. Update Lockstep on this computer, then try again.',
  );
  expect(said(3)).toContain('3 messages stay as they are: a newer version of Lockstep has changed them.');
});
