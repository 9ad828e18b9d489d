import { expect, test } from 'vitest';
import type { SwitchOffPreview, SwitchPreview } from '../../electron/api/types.ts';
import { offTexts, onTexts, tooSmallText, turnOnInput } from './switch-preview.ts';

const ON: SwitchPreview = {
  toUpload: 0,
  toDownload: 0,
  bytes: 0,
  deletedHere: 0,
  deletedElsewhere: 0,
  deletedWithConversation: 0,
  expiring: 0,
};
const OFF: SwitchOffPreview = {
  toDownload: 0,
  attachments: 0,
  bytes: 0,
  freeBytes: 50_000_000_000,
  fits: true,
};

test('UI-15 UI-120 turning the switch on says what will happen, in numbers, and how much where that is worth saying', () => {
  expect(onTexts({ ...ON, toUpload: 4120, toDownload: 12_300, bytes: 1_200_000_000 }, 'en')).toEqual([
    { key: 'switch.on.keepAnd', values: { count: 4120 } },
    { key: 'switch.on.andAppear', values: { count: 12_300 } },
    { key: 'switch.about', values: { size: '1.2 GB' } },
  ]);
  expect(onTexts({ ...ON, toUpload: 3, bytes: 9_999 }, 'en')).toEqual([
    { key: 'switch.on.keep', values: { count: 3 } },
  ]);
  expect(onTexts({ ...ON, toDownload: 1 }, 'en')[0]?.key).toBe('switch.on.appear');
  expect(onTexts(ON, 'en').map(({ key }) => key)).toEqual(['switch.on.nothing']);
  // These are sentences of their own.
  for (const one of [{ deletedElsewhere: 2 }, { expiring: 3 }])
    expect(onTexts({ ...ON, ...one }, 'en')).toEqual([]);
});

test('UI-15 what becomes of deletes made while it was off is asked, and the answer sent, only when there are any', () => {
  const preview = { ...ON, deletedHere: 2 };
  expect(onTexts(preview, 'en')).toEqual([]);
  expect(turnOnInput(preview, 'everywhere')).toEqual({ on: true, deletedHere: 'everywhere' });
  expect(turnOnInput(preview, 'bringBack')).toEqual({ on: true, deletedHere: 'bringBack' });
  expect(turnOnInput(ON, 'everywhere')).toEqual({ on: true });
  expect(turnOnInput(null, 'everywhere')).toEqual({ on: true });
});

test('UI-82 turning off says what is downloaded first, and both numbers where that does not fit', () => {
  expect(offTexts(OFF, 'en').map(({ key }) => key)).toEqual(['switch.off.nothing']);
  expect(offTexts({ ...OFF, toDownload: 3214, bytes: 800_000_000 }, 'en')).toEqual([
    { key: 'switch.off.download', values: { count: 3214 } },
    { key: 'switch.about', values: { size: '800 MB' } },
  ]);
  expect(offTexts({ ...OFF, attachments: 12, bytes: 80_000_000 }, 'en').map(({ key }) => key)).toEqual([
    'switch.off.attachments',
    'switch.about',
  ]);
  const small = { toDownload: 9, attachments: 0, bytes: 1_200_000_000, freeBytes: 300_000_000, fits: false };
  expect(tooSmallText(small, 'en')).toEqual({
    key: 'switch.off.tooSmall',
    values: { needed: '1.2 GB', free: '300 MB' },
  });
  expect(tooSmallText({ ...small, freeBytes: null }, 'en').key).toBe('switch.off.tooSmallUnknown');
});
