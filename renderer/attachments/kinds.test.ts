import i18next from 'i18next';
import { beforeAll, expect, test } from 'vitest';
import { en } from '../i18n/en.ts';
import { nl } from '../i18n/nl.ts';
import { kindOf, messageLine, pictureBox } from './kinds.ts';

beforeAll(() =>
  i18next.init({
    lng: 'en',
    resources: { en: { translation: en }, nl: { translation: nl } },
    interpolation: { escapeValue: false },
  }),
);
const file = (mediaType: string, name = 'a.bin') => ({ name, mediaType });

test('ATT-31 where a message stands in one line, its files have words: what they are, how many, or a file’s own name', () => {
  const t = i18next.getFixedT('en');
  const picture = file('image/png');
  expect(messageLine(t, 'Look', [picture])).toBe('Look');
  expect(messageLine(t, ' ', [picture])).toBe('Picture');
  expect(messageLine(t, '', [picture, picture, file('image/jpeg')])).toBe('3 pictures');
  expect(messageLine(t, '', [file('application/pdf', 'Report.pdf')])).toBe('Report.pdf');
  expect(messageLine(t, '', [picture, file('application/pdf')])).toBe('2 files');
  expect(messageLine(i18next.getFixedT('nl'), '', [file('video/mp4')])).toBe('Video');
  expect(messageLine(t, '', [])).toBe('');
});

test('ATT-31 only what every browser shows as a picture is one', () => {
  expect(
    ['image/png', 'image/svg+xml', 'image/tiff', 'video/mp4', 'audio/ogg', 'text/html'].map(kindOf),
  ).toEqual(['picture', 'file', 'file', 'video', 'audio', 'file']);
});

test('ATT-31 a picture has its box before it is there: its own shape, never too large to read around or too small to press', () => {
  expect(pictureBox(1200, 800)).toEqual({ width: 300, height: 200 });
  expect(pictureBox(400, 1200)).toEqual({ width: 107, height: 320 });
  expect(pictureBox(200, 100)).toEqual({ width: 200, height: 100 });
  expect(pictureBox(10, 10)).toEqual({ width: 90, height: 90 });
  expect(pictureBox(0, 0)).toEqual({ width: 240, height: 180 });
});
