import i18next from 'i18next';
import { beforeAll, expect, test } from 'vitest';
import type { Notice } from '../../electron/api/types.ts';
import { en } from '../i18n/en.ts';
import { nl } from '../i18n/nl.ts';
import { noticeText } from './text.ts';

const notice = (code: Notice['code'], detail: Notice['detail'] = {}): Notice => ({
  id: 'n',
  at: 1,
  code,
  detail,
});
/** What the device can say, with every reason: electron/sync/mail/refused.ts, electron/sync/zones. */
const REFUSED = [
  'damaged',
  'badSignature',
  'unknownDevice',
  'unknownSender',
  'otherSender',
  'notAddressed',
  'resealed',
  'notAMember',
  'wrongMembers',
  'notTheAuthor',
  'otherConversation',
  'unknownKind',
  'noSuchEpoch',
];
const CODES: Record<Notice['code'], Notice['detail'][]> = {
  identityChanged: [{ handle: 'bob@example.org', account: 'b' }],
  identityRenewed: [{ handle: 'bob@example.org' }],
  personForged: [{ handle: 'bob@example.org', what: 'bad_signature' }],
  personRolledBack: [{ handle: 'bob@example.org', what: 'rolled_back' }],
  rootRenewed: [{}],
  keyringForged: [{ what: 'bad_signature' }],
  keyringRolledBack: [{ what: 'rolled_back' }],
  recordRefused: [{ why: 'not_authentic' }, { why: 'unprovenTombstone' }, { why: 'olderVersion' }],
  envelopeRefused: REFUSED.flatMap((why) => [
    { why, handle: '', sender: 'b' },
    { why, handle: 'bob@example.org', sender: 'b' },
  ]),
  changeNotSent: ['edit', 'unsend', 'reaction', 'rename'].flatMap((kind) => [
    { kind, why: 'refused', handle: '', conversation: 'c' },
    { kind, why: 'mailboxFull', handle: 'bob@example.org', conversation: 'c' },
  ]),
  ownMailboxFull: [{}],
  zoneRolledBack: [{}],
  zoneForked: [{}],
  recoverLost: [{}],
  onlyHereDeleted: [{}],
  coreConflict: [{}],
  deviceAdded: [{}],
  zonePurged: [{}],
  purgeForgotten: [{}],
  keychainWeak: [{}],
  syncRestarted: [{}],
  databaseRecovered: [
    ...['on', 'all', 'part', 'alone'].map((why) => ({ why, messages: 3, lost: 1, unsent: 1 })),
    { messages: 3, lost: 0, unsent: 1 },
  ],
  databaseLogLost: [{}],
};

const i18n = i18next.createInstance();
beforeAll(() =>
  i18n.init({
    lng: 'en',
    resources: { en: { translation: en }, nl: { translation: nl } },
    interpolation: { escapeValue: false },
  }),
);

for (const [language, texts] of [
  ['en', en],
  ['nl', nl],
] as const) {
  test(`UI-71 every notice the device can give has a text without gaps (${language})`, () => {
    const t = i18n.getFixedT(language);
    const somebody = '(somebody)';
    expect(texts.notices.somebody).not.toBe('');
    for (const [code, details] of Object.entries(CODES)) {
      for (const detail of details) {
        const { key, values } = noticeText(notice(code as Notice['code'], detail), somebody);
        const text = t(key, values);
        expect(text, `${code} ${JSON.stringify(detail)}`).not.toMatch(/^notices\.|\{\{|^$/);
        if (detail['handle'] !== undefined && text.includes(somebody)) expect(detail['handle']).toBe('');
      }
    }
  });
}

test('UI-71 a refused envelope says why, and whose it was where that is known', () => {
  const t = i18n.getFixedT('en');
  const say = (why: string, handle: string) => {
    const { key, values } = noticeText(notice('envelopeRefused', { why, handle }), 'somebody');
    return t(key, values);
  };
  expect(say('notTheAuthor', 'bob@example.org')).toContain('bob@example.org');
  expect(say('notTheAuthor', 'bob@example.org')).not.toBe(say('damaged', 'bob@example.org'));
  expect(say('unheard of', '')).toBe(say('another', ''));
});
