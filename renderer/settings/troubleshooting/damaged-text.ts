/** What is said of a damaged database, line by line, from its facts alone. Pure; the component only translates. */
import type { DamagedDatabase } from '../../../electron/api/troubleshooting-types.ts';
import { fullTime, longDate } from '../../app/format.ts';
import type { CheckText } from './check-text.ts';

const say = (key: string, values: CheckText['values'] = {}): CheckText => ({ key: `damaged.${key}`, values });
/** Conversations that are named; the rest is a number. */
const NAMED = 5;

/** `counted`: a number with its word, as "3 messages". */
export type Speech = {
  language: string;
  counted: (key: 'messages' | 'conversations' | 'attachments', count: number) => string;
};

export function damagedTexts(one: DamagedDatabase, speech: Speech): CheckText[] {
  if (one.log) return [say('log')];
  const texts: CheckText[] = [];
  const { back, cloud, deletesUncertain, device } = one;
  if (back !== null) {
    texts.push(
      say('back', {
        messages: speech.counted('messages', back.messages),
        conversations: speech.counted('conversations', back.conversations),
        attachments: speech.counted('attachments', back.attachments),
      }),
    );
    if (back.unsent > 0) texts.push(say('unsent', { count: back.unsent }));
    if (back.unsentLost > 0) texts.push(say('unsentLost', { count: back.unsentLost }));
    if (back.rebuilt > 0) texts.push(say('rebuilt', { count: back.rebuilt }));
    texts.push(...lost(one, back.messages, speech));
  }
  if (cloud !== null) texts.push(say(cloud));
  else if (one.lost.messages > 0 || fewer(one)) texts.push(say('noCloud'));
  if (deletesUncertain && cloud === null) texts.push(say('deletes'));
  if (device !== 'database') texts.push(say(device));
  return texts;
}

const fewer = ({ before, back }: DamagedDatabase): boolean =>
  before !== null && back !== null && before.messages > back.messages;

function lost(one: DamagedDatabase, messages: number, { language, counted }: Speech): CheckText[] {
  const texts: CheckText[] = [];
  const { from, to, conversations, messages: count } = one.lost;
  if (count === 0) {
    if (!fewer(one)) return [say('lostNone')];
  } else {
    texts.push(say('lost', { count }));
    if (from !== null && to !== null) {
      const [first, last] = [longDate(from, language), longDate(to, language)];
      texts.push(
        first === last ? say('lostOn', { day: first }) : say('lostBetween', { from: first, to: last }),
      );
    }
    for (const { title, messages: inIt } of conversations.slice(0, NAMED))
      texts.push(say('lostIn', { title, messages: counted('messages', inIt) }));
    const more = conversations.length - NAMED;
    if (more > 0) texts.push(say('lostMore', { count: more }));
  }
  // What is neither here nor named among the lost is told by the number that there had been.
  if (one.before !== null && one.before.messages > messages + count)
    texts.push(say('before', { count: one.before.messages, when: fullTime(one.before.at, language) }));
  return texts;
}
