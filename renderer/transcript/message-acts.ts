/** Which acts a message allows now. Pure. */
import type { Message } from '../../electron/api/types.ts';

export type MessageAct = 'react' | 'reply' | 'copy' | 'edit' | 'unsend' | 'retry' | 'discard' | 'delete';

export const REACTIONS = ['❤️', '👍', '👎', '😂', '‼️', '❓'];

const MINUTE = 60_000;
/** As in Messages: what others have long read is not changed under their eyes. */
const EDIT_FOR = 15 * MINUTE;
const UNSEND_FOR = 2 * MINUTE;

export function messageActs(message: Message, now: number): MessageAct[] {
  if (message.state === 'failed') return ['retry', 'copy', 'discard'];
  if (message.state === 'waiting') return ['copy', 'discard'];
  if (message.state === 'sending') return ['copy'];
  if (message.unsentAt !== null) return ['delete'];
  const acts: MessageAct[] = ['react', 'reply', 'copy'];
  const own = message.fromMe && message.service === 'lockstep';
  if (own && now - message.at < EDIT_FOR) acts.push('edit');
  if (own && now - message.at < UNSEND_FOR) acts.push('unsend');
  acts.push('delete');
  return acts;
}

export function myReaction(message: Message): string | null {
  return message.reactions.find((reaction) => reaction.people.some((person) => person.me))?.emoji ?? null;
}
