/** What a check says, line by line, from its facts alone. Pure; the component only translates. */
import type { Check, CheckName } from '../../../electron/api/troubleshooting-types.ts';
import { byteSize, longDate, timeAgo } from '../../app/format.ts';
import { numberFormat, relativeFormat } from '../../app/kept-formats.ts';
import { listNames } from '../../app/names.ts';
import { syncState } from '../sync-state.ts';

export type CheckText = { key: string; values: Record<string, string | number> };
type Values<Name extends CheckName> = Extract<Check, { check: Name }>['values'];
/** `phrase`: short texts that stand inside of others. */
export type Speech = { now: number; language: string; phrase: (key: string) => string };

const SECOND = 1000;
const DAY = 86_400_000;
const SLOW_MS = 2 * SECOND;
/** Less than the clocks of two well-kept computers differ by. */
const CLOCK_SAME_MS = 2 * SECOND;
const CLOCK_WRONG_MS = 5 * 60 * SECOND;

const say = (key: string, values: CheckText['values'] = {}): CheckText => ({ key, values });

export function checkTexts(check: Check, speech: Speech): CheckText[] {
  switch (check.check) {
    case 'account':
      return account(check.values, speech);
    case 'switch':
      return theSwitch(check.values, speech);
    case 'connection':
      return connection(check.values);
    case 'sync':
      return sync(check.values, speech);
    case 'lastSync':
      return lastSync(check.values, speech);
    case 'notInCloud':
      return notInCloud(check.values);
    case 'storage':
      return storage(check, speech);
    case 'disk':
      return disk(check, speech);
    case 'clock':
      return clock(check.values, speech);
    case 'version':
      return version(check.values);
    case 'recentlyDeleted':
      return recentlyDeleted(check.values, speech);
    case 'database':
      return database(check.values, speech);
    case 'notices': {
      const { count } = check.values;
      return [
        count === 0 ? say('troubleshooting.notices.none') : say('troubleshooting.notices.some', { count }),
      ];
    }
  }
}

const since = (at: number, { now, language, phrase }: Speech): string =>
  timeAgo(at, now, language) ?? phrase('status.justNow');

function account({ handle, devices, session }: Values<'account'>, { language }: Speech): CheckText[] {
  if (session === 'ended') return [say('troubleshooting.account.ended')];
  const texts =
    devices.length > 1
      ? [
          say('troubleshooting.account.devices', { handle, names: listNames(language)(devices) }),
          say('troubleshooting.account.compare'),
        ]
      : [say('troubleshooting.account.alone', { handle }), say('troubleshooting.account.compareAlone')];
  return session === null ? [...texts, say('troubleshooting.account.notAsked')] : texts;
}

function theSwitch(values: Values<'switch'>, { language }: Speech): CheckText[] {
  const { here, on, off, unknown, purgeAt } = values;
  const named = listNames(language);
  const texts = [say(`troubleshooting.switch.here.${here}`)];
  if (on.length > 0) texts.push(say('troubleshooting.switch.on', { names: named(on) }));
  if (off.length > 0) texts.push(say('troubleshooting.switch.off', { names: named(off) }));
  if (unknown.length > 0) texts.push(say('troubleshooting.switch.unknown', { names: named(unknown) }));
  if (on.length + off.length + unknown.length === 0) texts.push(say('troubleshooting.switch.alone'));
  if (purgeAt !== null) {
    const when = longDate(purgeAt, language);
    texts.push(say('troubleshooting.switch.purge', { when }));
  }
  return texts;
}

function connection({ failure, roundTripMs, live, here }: Values<'connection'>): CheckText[] {
  if (failure === 'refused' && here) return [say('troubleshooting.connection.refusedHere')];
  if (failure !== null) return [say(`troubleshooting.connection.${failure}`)];
  if (roundTripMs === null) return [say('troubleshooting.connection.noAnswer')];
  const answers =
    roundTripMs > SLOW_MS
      ? say('troubleshooting.connection.slow', { seconds: Math.round(roundTripMs / 100) / 10 })
      : say('troubleshooting.connection.answers', { ms: roundTripMs });
  return [answers, say(live ? 'troubleshooting.connection.live' : 'troubleshooting.connection.notLive')];
}

function sync({ status }: Values<'sync'>, { now, language }: Speech): CheckText[] {
  const { text, details, last } = syncState(status, now, language);
  return last === null ? [text, ...details] : [text, ...details, last];
}

function lastSync({ devices }: Values<'lastSync'>, speech: Speech): CheckText[] {
  const lines = devices.map(({ name, thisDevice, switchOn, at, behind }) => {
    const when = at === null ? speech.phrase('troubleshooting.lastSync.never') : since(at, speech);
    if (thisDevice) return say('troubleshooting.lastSync.here', { when });
    if (behind) return say('troubleshooting.lastSync.behind', { name, when });
    return say(switchOn === false ? 'troubleshooting.lastSync.off' : 'troubleshooting.lastSync.there', {
      name,
      when,
    });
  });
  return devices.length > 1 ? [...lines, say('troubleshooting.lastSync.why')] : lines;
}

function notInCloud({ messages, changes, switchOn }: Values<'notInCloud'>): CheckText[] {
  if (messages + changes === 0) return [say('troubleshooting.notInCloud.nothing')];
  const texts: CheckText[] = [];
  if (messages > 0) texts.push(say('troubleshooting.notInCloud.messages', { count: messages }));
  if (changes > 0) texts.push(say('troubleshooting.notInCloud.changes', { count: changes }));
  return [...texts, say(switchOn ? 'troubleshooting.notInCloud.soon' : 'troubleshooting.notInCloud.off')];
}

function storage({ result, values }: Extract<Check, { check: 'storage' }>, speech: Speech): CheckText[] {
  const { bytesUsed, quotaBytes, asOf, full } = values;
  if (asOf === null || quotaBytes <= 0) return [say('troubleshooting.storage.never')];
  const { language } = speech;
  const texts = [
    say('troubleshooting.storage.used', {
      used: byteSize(bytesUsed, language),
      quota: byteSize(quotaBytes, language),
    }),
  ];
  if (full) texts.push(say('troubleshooting.storage.full'));
  else if (result === 'attention') texts.push(say('troubleshooting.storage.almost'));
  if (result === 'unknown') texts.push(say('troubleshooting.storage.asOf', { when: since(asOf, speech) }));
  return texts;
}

function disk({ result, values }: Extract<Check, { check: 'disk' }>, { language }: Speech): CheckText[] {
  const { freeBytes } = values;
  const texts =
    freeBytes === null ? [] : [say('troubleshooting.disk.free', { free: byteSize(freeBytes, language) })];
  if (result === 'problem') return [...texts, say('troubleshooting.disk.full')];
  if (freeBytes === null) return [say('troubleshooting.disk.unknown')];
  return result === 'attention' ? [...texts, say('troubleshooting.disk.little')] : texts;
}

function clock({ aheadMs, cloudTime, deviceTime }: Values<'clock'>, { language }: Speech): CheckText[] {
  if (aheadMs === null) return [say('troubleshooting.clock.notAsked')];
  const off = Math.abs(aheadMs);
  if (off < CLOCK_SAME_MS) return [say('troubleshooting.clock.right')];
  const time = duration(off, language);
  const text = say(aheadMs > 0 ? 'troubleshooting.clock.ahead' : 'troubleshooting.clock.behind', { time });
  return [
    text,
    off > CLOCK_WRONG_MS
      ? say('troubleshooting.clock.both', { cloudTime, deviceTime })
      : say('troubleshooting.clock.bearable'),
  ];
}

/** "12 minutes": in the largest unit of which there are two. */
function duration(ms: number, language: string): string {
  const units = [
    ['day', DAY],
    ['hour', DAY / 24],
    ['minute', 60 * SECOND],
    ['second', SECOND],
  ] as const;
  const [unit, length] = units.find(([, one]) => ms >= 2 * one) ?? ['second', SECOND];
  return numberFormat(language, {
    style: 'unit',
    unit,
    unitDisplay: 'long',
    maximumFractionDigits: 0,
  }).format(Math.floor(ms / length));
}

function version({ version: here, others, old }: Values<'version'>): CheckText[] {
  const texts = [say('troubleshooting.version.here', { version: here })];
  for (const { name, version: theirs } of others)
    texts.push(say('troubleshooting.version.other', { name, version: theirs }));
  if (old === 'cloud') texts.push(say('troubleshooting.version.oldForCloud'));
  if (old === 'device') texts.push(say('troubleshooting.version.oldHere'));
  return others.length === 0 && old === null ? [...texts, say('troubleshooting.version.same')] : texts;
}

function recentlyDeleted({ messages, firstGoesAt }: Values<'recentlyDeleted'>, speech: Speech): CheckText[] {
  if (messages === 0) return [say('troubleshooting.recentlyDeleted.nothing')];
  const texts = [say('troubleshooting.recentlyDeleted.messages', { count: messages })];
  if (firstGoesAt === null) return texts;
  const days = Math.max(0, Math.ceil((firstGoesAt - speech.now) / DAY));
  const when = relativeFormat(speech.language).format(days, 'day');
  return [...texts, say('troubleshooting.recentlyDeleted.goes', { when })];
}

function database({ checked }: Values<'database'>, speech: Speech): CheckText[] {
  if (checked === null) return [say('troubleshooting.database.notYet')];
  const when = since(checked.at, speech);
  const { length: count } = checked.problems;
  return count === 0
    ? [say('troubleshooting.database.whole', { when })]
    : [say('troubleshooting.database.damaged', { when, count }), say('troubleshooting.database.damagedHelp')];
}

/** What the page says above the list. */
export function summary(checks: Check[]): CheckText[] {
  const count = (result: Check['result']) => checks.filter((one) => one.result === result).length;
  const [problems, looks] = [count('problem'), count('attention')];
  const texts: CheckText[] = [];
  if (problems > 0) texts.push(say('troubleshooting.problems', { count: problems }));
  if (looks > 0) texts.push(say('troubleshooting.looks', { count: looks }));
  return texts.length > 0 ? texts : [say('troubleshooting.fine')];
}
