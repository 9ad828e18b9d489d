/** Which acts a message allows now. Pure. */
import type { Message } from '../../electron/api/types.ts';

export type MessageAct = 'react' | 'reply' | 'copy' | 'edit' | 'unsend' | 'retry' | 'select' | 'delete';

export const REACTIONS = ['❤️', '👍', '👎', '😂', '‼️', '❓'];

const MINUTE = 60_000;
/** As in Messages: what others have long read is not changed under their eyes. */
const EDIT_FOR = 15 * MINUTE;
const UNSEND_FOR = 2 * MINUTE;

/** `closed`: with somebody who is blocked, alone: nothing is said to them (SPEC UI-161). */
export function messageActs(message: Message, now: number, closed = false): MessageAct[] {
  const acts = actsOn(message, now);
  return closed ? acts.filter((one) => one !== 'react' && one !== 'reply' && one !== 'edit') : acts;
}

function actsOn(message: Message, now: number): MessageAct[] {
  // Of a message that is files alone there is no text to copy or change.
  const text: MessageAct[] = message.text === '' ? [] : ['copy'];
  const again: MessageAct[] = message.offers.includes('tryAgain') ? ['retry'] : [];
  // Nobody has it. One that others have got is theirs as well, and is answered, edited and unsent like any other.
  if (message.state === 'failed' && message.missed.length === 0)
    return [...again, ...text, 'select', 'delete'];
  if (message.state === 'waiting' || message.state === 'sending') return [...text, 'select', 'delete'];
  if (message.unsentAt !== null) return ['select', 'delete'];
  const acts: MessageAct[] = [...again, 'react', 'reply', ...text];
  const own = message.fromMe && message.service === 'lockstep';
  if (own && message.text !== '' && now - message.at < EDIT_FOR) acts.push('edit');
  if (own && now - message.at < UNSEND_FOR) acts.push('unsend');
  acts.push('select', 'delete');
  return acts;
}

export function myReaction(message: Message): string | null {
  return message.reactions.find((reaction) => reaction.people.some((person) => person.me))?.emoji ?? null;
}
