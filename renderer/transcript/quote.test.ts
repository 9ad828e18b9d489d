import i18next from 'i18next';
import { beforeAll, expect, test } from 'vitest';
import type { ReplyQuote } from '../../electron/api/types.ts';
import { en } from '../i18n/en.ts';
import { nl } from '../i18n/nl.ts';
import { quoteText } from './quote.ts';

const i18n = i18next.createInstance();
beforeAll(() =>
  i18n.init({
    lng: 'en',
    resources: { en: { translation: en }, nl: { translation: nl } },
    interpolation: { escapeValue: false },
  }),
);

const quote = (more: Partial<ReplyQuote> = {}): ReplyQuote => ({
  id: 'a',
  text: 'Are you there?',
  senderName: 'Anna',
  unsent: false,
  attachments: [],
  ...more,
});
const said = (more: Partial<ReplyQuote>, language = 'en') => quoteText(i18n.getFixedT(language), quote(more));

test('UI-156 an answer quotes what it answers: its text, its files, that it was unsent, or that it is not here', () => {
  expect(said({})).toBe('Reply to Anna: Are you there?');
  const picture = [{ name: 'a.jpg', mediaType: 'image/jpeg' }];
  expect(said({ text: '', attachments: picture })).toBe('Reply to Anna: Picture');
  expect(said({ text: '', unsent: true })).toBe('Reply to Anna: unsent message');
  expect(said({ id: '', text: '' })).toBe('Reply to Anna: a message that is not here');
  expect(said({ text: '', unsent: true }, 'nl')).toBe('Antwoord aan Anna: ingetrokken bericht');
  expect(said({ id: '', text: '' }, 'nl')).toBe('Antwoord aan Anna: een bericht dat hier niet staat');
  expect(said({ text: 'x'.repeat(500) })).toHaveLength('Reply to Anna: '.length + 200);
});
