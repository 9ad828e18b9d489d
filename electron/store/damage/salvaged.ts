/** What came of a salvage, as it is written into the new database and told to a person. Plain data; counts, ids and times. */
import { getMeta, setMeta } from '../meta.ts';
import type { Store } from '../open.ts';
import { unhex } from '../values.ts';

/** `id`: of its record, in hex. What is not known is null. */
export type LostMessage = { id: string | null; conversation: string | null; atMs: number };

export type Salvaged = {
  /** In the new database when it was done. */
  messages: number;
  conversations: number;
  attachments: number;
  /** Messages that wait to be sent. */
  unsent: number;
  /** Of those, that could not be read. */
  unsentLost: number;
  /** Of the messages, those whose record was lost and that were made again from what the window reads. */
  rebuilt: number;
  lost: LostMessage[];
  /** How many there had been, when they were last counted. */
  counted: { messages: number; conversations: number; atMs: number } | null;
  /** Where what makes this device itself came from. none: nobody was signed in, or it could not be had. */
  device: 'database' | 'keepsake' | 'none';
  /** Perhaps not every delete is known any more. */
  deletesUncertain: boolean;
};

/** `name`: of the folder with the damaged files. `log`: only the write-ahead log was damaged, and the database stayed in use. */
export type RecoveryStory = {
  name: string;
  atMs: number;
  cause: string;
  log: boolean;
  salvaged: Salvaged | null;
};

const META = 'recovery:';
/** Of the lost, named one by one; the rest is a number. */
const MOST_NAMED = 5_000;

type Stored = Omit<RecoveryStory, 'salvaged'> & {
  salvaged: (Omit<Salvaged, 'lost'> & { lost: LostMessage[]; more: number }) | null;
};

export function rememberRecovery(store: Store, story: RecoveryStory): void {
  const { salvaged } = story;
  const stored: Stored = {
    ...story,
    salvaged:
      salvaged === null
        ? null
        : {
            ...salvaged,
            lost: salvaged.lost.slice(0, MOST_NAMED),
            more: Math.max(0, salvaged.lost.length - MOST_NAMED),
          },
  };
  setMeta(store, META + story.name, JSON.stringify(stored));
}

export type StillLost = {
  messages: number;
  /** Of those whose conversation is known. */
  conversations: { guid: Uint8Array; messages: number; fromMs: number; toMs: number }[];
  fromMs: number | null;
  toMs: number | null;
};

export type RememberedRecovery = {
  story: Omit<RecoveryStory, 'salvaged'> & { salvaged: Omit<Salvaged, 'lost'> | null };
  /** Of the messages that could not be read, those that are not here by now, from the cloud or anywhere. */
  still: StillLost;
};

/** Null when this database tells nothing of it. */
export function recoveryOf(store: Store, name: string): RememberedRecovery | null {
  const text = getMeta(store, META + name);
  if (text === null) return null;
  const { salvaged, ...story } = JSON.parse(text) as Stored;
  const still: StillLost = { messages: salvaged?.more ?? 0, conversations: [], fromMs: null, toMs: null };
  const byConversation = new Map<string, StillLost['conversations'][number]>();
  for (const one of salvaged?.lost ?? []) {
    if (isHereAgain(store, one)) continue;
    still.messages += 1;
    still.fromMs = Math.min(still.fromMs ?? one.atMs, one.atMs);
    still.toMs = Math.max(still.toMs ?? one.atMs, one.atMs);
    if (one.conversation === null) continue;
    const known = byConversation.get(one.conversation);
    if (known === undefined) {
      const guid = unhex(one.conversation);
      byConversation.set(one.conversation, { guid, messages: 1, fromMs: one.atMs, toMs: one.atMs });
    } else {
      known.messages += 1;
      known.fromMs = Math.min(known.fromMs, one.atMs);
      known.toMs = Math.max(known.toMs, one.atMs);
    }
  }
  still.conversations = [...byConversation.values()].sort((a, b) => b.messages - a.messages);
  if (salvaged === null) return { story: { ...story, salvaged: null }, still };
  const { lost: _, more: __, ...rest } = salvaged;
  return { story: { ...story, salvaged: rest }, still };
}

/** Its content is here, or it was deleted meanwhile: nobody misses it. */
function isHereAgain(store: Store, { id }: LostMessage): boolean {
  if (id === null) return false;
  return (
    store.get(
      'SELECT 1 AS one FROM record WHERE zone = 2 AND id = ? AND (gone = 1 OR payload IS NOT NULL)',
      unhex(id),
    ) !== undefined
  );
}

/** Names of all that this database tells of. */
export function rememberedRecoveries(store: Store): string[] {
  return store
    .all<{ name: string }>('SELECT name FROM meta WHERE name >= ? AND name < ?', META, `${META}\uffff`)
    .map(({ name }) => name.slice(META.length));
}
