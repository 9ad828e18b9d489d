/** The pages and sheets of the switch, each as a device would show it: what it answers, and the way there. */
import type { Page } from '@playwright/test';
import type { TFunction } from 'i18next';
import type { Device, SessionState, Settings, SyncStatus } from '../../electron/api/types.ts';
import { ADDRESS, Fails, NEVER } from './fake-device.ts';

export type Scene = {
  name: string;
  answers: Record<string, unknown>;
  /** From the loaded window on. */
  open: (page: Page, t: TFunction) => Promise<void>;
  /** Keys of texts that must be there then, with their values. */
  says: [key: string, values?: Record<string, unknown>][];
};

const id = (letter: string): string => letter.repeat(32);
/** The pages say how many days are left, and since when: never the same moment twice, so a fixed one on the page. */
export const NOW = Date.UTC(2026, 10, 25, 12);
const DAY = 86_400_000;

const STATUS: SyncStatus = {
  switch: 'on',
  switchReason: null,
  switchedBy: null,
  purge: null,
  almostFull: false,
  phase: 'idle',
  item: null,
  done: 0,
  total: null,
  paused: null,
  action: 'syncNow',
  lastSyncedAt: NOW - 5 * 60_000,
  waitingToSend: 0,
};
const device = (letter: string, name: string, more: Partial<Device> = {}): Device => ({
  id: id(letter),
  name,
  thisDevice: false,
  platform: 'linux',
  appVersion: '0.1.0',
  switchOn: true,
  lastSyncedAt: NOW - DAY,
  addedAt: NOW - 90 * DAY,
  ...more,
});
const STORED = {
  bytesUsed: 1_730_000_000,
  quotaBytes: 5_368_709_120,
  messagesInCloud: 16_420,
  messagesHere: 16_402,
  asOf: NOW,
};
const account = { id: id('a'), handle: 'anna@example.org', name: 'Anna' };
const SIGNED_IN: SessionState = {
  kind: 'signedIn',
  account,
  device: { id: id('d'), name: 'Laptop' },
  cloud: { url: 'https://cloud.example.org', here: false },
};
const kept = { handle: account.handle, cloudAddress: 'https://cloud.example.org', here: false };

export const BASE: Record<string, unknown> = {
  'session.state': SIGNED_IN,
  'settings.get': {
    appearance: 'system',
    notifications: 'off',
    language: 'system',
    readReceipts: true,
    name: 'Anna',
    keepMessages: { days: 0, effectiveAt: null, before: 0, scope: 'account' },
  } satisfies Settings,
  'conversations.list': [],
  'notices.list': [],
  'people.blocked': [],
  'devices.list': [
    device('d', 'Laptop', { thisDevice: true }),
    device('e', 'Mac mini'),
    device('f', 'Workshop tower'),
  ],
  'sync.status': STATUS,
  'sync.storage': STORED,
  'session.wipeScope': { here: 1204, messages: 12, changes: 2, switchOn: false, devicesOn: [] },
};

const withStatus = (more: Partial<SyncStatus>): Record<string, unknown> => ({
  'sync.status': { ...STATUS, ...more },
});
const paused = (
  reason: NonNullable<SyncStatus['paused']>['reason'],
  more: Partial<NonNullable<SyncStatus['paused']>> = {},
): Partial<SyncStatus> => ({
  phase: 'paused',
  paused: { reason, since: NOW - 600_000, nextTryAt: null, cloudTime: null, deviceTime: null, ...more },
});
const PURGE = { at: NOW + 29 * DAY + 3_600_000, by: id('e') };
const BACK = { toUpload: 4120, toDownload: 12_300, bytes: 1_200_000_000 };

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

export const openMessages: Scene['open'] = async (page, t) => {
  await page.goto(ADDRESS);
  await button(page, t('sidebar.settings')).click();
  await page.getByRole('switch', { name: t('switch.name'), exact: true }).waitFor();
};
const openStorage: Scene['open'] = async (page, t) => {
  await openMessages(page, t);
  await button(page, t('storage.open')).click();
};
export const clickSwitch: Scene['open'] = async (page, t) => {
  await openMessages(page, t);
  await page.getByRole('switch', { name: t('switch.name'), exact: true }).click();
};
export const openDisable: Scene['open'] = async (page, t) => {
  await openStorage(page, t);
  await button(page, t('storage.disable.open')).click();
};

const settings = (name: string, more: Partial<SyncStatus>, says: Scene['says']): Scene => ({
  name,
  answers: withStatus(more),
  open: openMessages,
  says,
});

export const SCENES: Scene[] = [
  settings('on', {}, [
    ['status.state.on'],
    ['status.syncNow'],
    ['storage.messages', { count: 16_420 }],
    ['status.lastSynced', { when: { en: '5 minutes ago', nl: '5 minuten geleden' } }],
  ]),
  settings('on, uploading', { phase: 'uploading', item: 'messages', done: 1000, total: 4214, action: null }, [
    ['status.uploading.messages', { count: 3214 }],
    ['common.cancel'],
  ]),
  settings(
    'turning on',
    { switch: 'enabling', phase: 'downloading', item: 'messages', done: 200, total: 12_300, action: null },
    [['status.downloading.messages', { count: 12_100 }], ['common.cancel'], ['status.hold']],
  ),
  settings('held', { ...paused('held'), action: 'resume' }, [['status.paused.held'], ['status.resume']]),
  settings('on battery', { ...paused('onBattery'), done: 0, total: 4120, action: 'continueAnyway' }, [
    ['status.paused.onBatteryWith', { count: 4120 }],
    ['status.continueAnyway'],
  ]),
  {
    name: 'no answer',
    answers: {
      ...withStatus({ ...paused('cloudUnreachable', { nextTryAt: NOW + 60_000 }), action: 'tryNow' }),
      'sync.storage': new Fails('cloudUnreachable'),
    },
    open: openMessages,
    says: [['status.paused.cloudUnreachable'], ['status.help.since', { since: NOW - 600_000 }]],
  },
  {
    name: 'almost full',
    answers: {
      ...withStatus({ almostFull: true, action: 'manageStorage' }),
      'sync.storage': { ...STORED, bytesUsed: 5_100_000_000 },
    },
    open: openMessages,
    says: [['storage.almostFull']],
  },
  settings('off for all devices', { switch: 'off', switchReason: 'allDevices', switchedBy: id('e') }, [
    ['switch.note.allDevices', { name: 'Mac mini' }],
  ]),
  settings('the disk is too small', { switchReason: 'diskTooSmall' }, [['switch.note.diskTooSmall']]),
  settings('purged', { switch: 'off', switchReason: 'purged' }, [['switch.note.purged']]),
  settings('purge pending', { switch: 'off', switchReason: 'purging', switchedBy: id('e'), purge: PURGE }, [
    ['switch.purge.title', { at: PURGE.at }],
    ['switch.purge.left', { count: 30 }],
    ['switch.purge.by', { name: 'Mac mini' }],
    ['switch.purge.undo'],
  ]),
  settings(
    'turning off for a purge',
    {
      switch: 'disabling',
      switchReason: 'purging',
      purge: PURGE,
      phase: 'downloading',
      item: 'messages',
      done: 30,
      total: 3214,
      action: null,
    },
    [['status.help.turningOffPurging'], ['status.hold'], ['switch.purge.undo']],
  ),
  {
    name: 'before turning on',
    answers: {
      ...withStatus({ switch: 'off' }),
      'sync.preview': {
        ...BACK,
        deletedHere: 7,
        deletedElsewhere: 3,
        deletedWithConversation: 12,
        expiring: 5,
      },
    },
    open: clickSwitch,
    says: [
      ['switch.on.keepAnd', { count: 4120 }],
      ['switch.about', { size: { en: '1.2 GB', nl: '1,2 GB' } }],
      ['switch.on.deletedHere', { count: 7 }],
      ['switch.on.deletedWithConversation', { count: 12 }],
      ['switch.on.deletedElsewhere', { count: 3 }],
      ['keep.onExpiring', { count: 5 }],
    ],
  },
  {
    name: 'before turning on, counting',
    answers: { ...withStatus({ switch: 'off' }), 'sync.preview': NEVER },
    open: clickSwitch,
    says: [['switch.counting']],
  },
  {
    name: 'before turning on, no connection',
    answers: { ...withStatus({ switch: 'off' }), 'sync.preview': new Fails('offline') },
    open: clickSwitch,
    says: [['switch.on.unknown'], ['failure.offline']],
  },
  {
    name: 'before turning off',
    answers: {
      'sync.offPreview': { toDownload: 3214, bytes: 800_000_000, freeBytes: 90_000_000_000, fits: true },
    },
    open: clickSwitch,
    says: [['switch.off.download', { count: 3214 }], ['switch.off.button'], ['switch.off.buttonEverywhere']],
  },
  {
    name: 'before turning off, too small',
    answers: {
      'sync.offPreview': { toDownload: 90_000, bytes: 4_200_000_000, freeBytes: 900_000_000, fits: false },
    },
    open: clickSwitch,
    says: [
      [
        'switch.off.tooSmall',
        { needed: { en: '4.2 GB', nl: '4,2 GB' }, free: { en: '900 MB', nl: '900 MB' } },
      ],
    ],
  },
  { name: 'manage storage', answers: {}, open: openStorage, says: [['storage.disable.help']] },
  {
    name: 'manage storage, purge pending',
    answers: withStatus({ switch: 'off', switchReason: 'purging', purge: PURGE }),
    open: openStorage,
    says: [['switch.purge.undo']],
  },
  {
    name: 'before Disable & Delete',
    answers: {
      'sync.offPreview': { toDownload: 20, bytes: 40_000, freeBytes: 90_000_000_000, fits: true },
      'devices.list': [
        ...(BASE['devices.list'] as Device[]),
        device('b', 'New notebook', { switchOn: null }),
      ],
    },
    open: openDisable,
    says: [
      ['storage.disable.copyCount', { count: 16_420 }],
      ['storage.disable.unknown', { count: 1, names: 'New notebook' }],
    ],
  },
  {
    name: 'nothing here, switch off',
    answers: withStatus({ switch: 'off' }),
    open: async (page) => {
      await page.goto(ADDRESS);
    },
    says: [['sidebar.emptySwitchOff'], ['sidebar.emptySwitchButton']],
  },
  {
    name: 'sign in',
    answers: {
      'session.state': { kind: 'signedOut', cloudAddress: null, canHostHere: false, kept: null },
    },
    open: async (page, t) => {
      await page.goto(ADDRESS);
      await button(page, t('welcome.signIn')).click();
    },
    says: [['welcome.takesPart'], ['welcome.takesPartOn']],
  },
  {
    name: 'recover, without taking part',
    answers: {
      'session.state': { kind: 'signedOut', cloudAddress: null, canHostHere: false, kept: null },
    },
    open: async (page, t) => {
      await page.goto(ADDRESS);
      await button(page, t('welcome.signIn')).click();
      await button(page, t('welcome.lostPassword')).click();
      await page.getByRole('switch', { name: t('welcome.takesPart'), exact: true }).click();
    },
    says: [['welcome.takesPartOff']],
  },
  {
    name: 'signed out, messages kept',
    answers: { 'session.state': { kind: 'signedOut', cloudAddress: null, canHostHere: false, kept } },
    open: async (page) => {
      await page.goto(ADDRESS);
    },
    says: [['closed.wipeOpen'], ['closed.startFresh']],
  },
  {
    name: 'removed',
    answers: { 'session.state': { kind: 'removed', account, reason: 'removed', kept } },
    open: async (page) => {
      await page.goto(ADDRESS);
    },
    says: [['closed.question'], ['closed.keepCount', { count: 1204 }]],
  },
  {
    name: 'before the wipe',
    answers: { 'session.state': { kind: 'removed', account, reason: 'removed', kept } },
    open: async (page, t) => {
      await page.goto(ADDRESS);
      await button(page, t('closed.wipeOpen')).click();
    },
    says: [
      ['closed.wipeCount', { count: 1204, handle: account.handle }],
      ['closed.wipeLost', { count: 12 }],
      ['closed.wipeButtonLose', { count: 12 }],
    ],
  },
];
