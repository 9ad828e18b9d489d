/** People one already writes with, for the suggestions. Pure. */
import type { ConversationSummary, Person } from '../../electron/api/types.ts';

/** Everybody in the list but oneself, those of the newest conversation first. */
export function knownPeople(list: readonly ConversationSummary[]): Person[] {
  const found = new Map<string, Person>();
  for (const one of [...list].sort((a, b) => b.activityAt - a.activityAt))
    for (const person of one.members) if (!person.me && !found.has(person.id)) found.set(person.id, person);
  return [...found.values()];
}

export function matchPeople(people: readonly Person[], typed: string, chosen: readonly string[]): Person[] {
  const wanted = fold(typed.trim());
  if (wanted === '') return [];
  return people
    .filter((person) => !chosen.includes(person.handle))
    .filter(
      (person) =>
        fold(person.handle).startsWith(wanted) || words(person.name).some((w) => w.startsWith(wanted)),
    )
    .slice(0, 6);
}

const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

function words(name: string): string[] {
  const folded = fold(name);
  return [folded, ...folded.split(/\s+/)];
}
