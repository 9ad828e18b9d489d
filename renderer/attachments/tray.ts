/**
 * The files beside the text of each conversation: those that the device has, and those on their way to it. Kept by conversation while the
 * window lives, so that going to another one and back interrupts nothing.
 */
import { create } from 'zustand';
import type { AttachmentDraft, Id } from '../../electron/api/types.ts';
import { api } from '../app/api.ts';
import { UploadFailed, uploadFile } from './upload.ts';

export type TrayItem = {
  key: string;
  name: string;
  mediaType: string;
  size: number;
  /** A small picture to show, if there is one. */
  picture: string | null;
  /** The draft's id once the device has it whole. */
  id: Id | null;
  /** 0 to 1 while it goes there. */
  progress: number;
};

type Trays = { [conversation: Id]: TrayItem[] };
export const useTrays = create<Trays>(() => ({}));
const NONE: TrayItem[] = [];
export const useTray = (conversation: Id): TrayItem[] => useTrays((state) => state[conversation] ?? NONE);

const aborts = new Map<string, AbortController>();
let keys = 0;

const change = (conversation: Id, edit: (items: TrayItem[]) => TrayItem[]): void =>
  useTrays.setState((state) => ({ [conversation]: edit(state[conversation] ?? NONE) }));
const patch = (conversation: Id, key: string, with_: Partial<TrayItem>): void =>
  change(conversation, (items) => items.map((item) => (item.key === key ? { ...item, ...with_ } : item)));

function letPictureGo({ picture }: TrayItem): void {
  if (picture?.startsWith('blob:')) URL.revokeObjectURL(picture);
}

function drop(conversation: Id, key: string): void {
  const item = useTrays.getState()[conversation]?.find((one) => one.key === key);
  if (item !== undefined) letPictureGo(item);
  change(conversation, (items) => items.filter((one) => one.key !== key));
}

/** By their ids: they are in a message on its way, and beside no text. */
const beingSent = new Set<Id>();

/**
 * What the device has for this conversation: from before this window was loaded, or given to it in another one. What another window has sent or
 * taken out goes here as well: a message with it would be refused.
 */
export async function loadTray(conversation: Id): Promise<void> {
  const asked = new Set(idsIn(conversation));
  const drafts = await api.attachments.drafts.query({ conversationId: conversation });
  const there = new Set(drafts.map(({ id }) => id));
  for (const { key, id } of useTrays.getState()[conversation] ?? NONE)
    if (id !== null && asked.has(id) && !there.has(id)) drop(conversation, key);
  const known = new Set([...idsIn(conversation), ...beingSent]);
  const fresh = drafts.filter(({ id }) => !known.has(id)).map(ofDraft);
  if (fresh.length > 0) change(conversation, (items) => [...fresh, ...items]);
}

const idsIn = (conversation: Id): Id[] =>
  (useTrays.getState()[conversation] ?? NONE).flatMap(({ id }) => (id === null ? [] : [id]));

const ofDraft = ({ id, name, mediaType, size, thumbnail }: AttachmentDraft): TrayItem => ({
  key: id,
  id,
  name,
  mediaType,
  size,
  picture: thumbnail,
  progress: 1,
});

/** Begins to give files to the device. `say` hears of each that could not be taken, and why. */
export function addFiles(
  conversation: Id,
  files: readonly File[],
  limits: { largestBytes: number; most: number },
  say: (reason: string, name: string) => void,
): void {
  let room = limits.most - (useTrays.getState()[conversation]?.length ?? 0);
  for (const file of files) {
    if (limits.largestBytes === 0) {
      say('noAttachments', file.name);
      return;
    }
    if (room <= 0) {
      say('tooMany', file.name);
      return;
    }
    if (file.size > limits.largestBytes) {
      say('fileTooLarge', file.name);
      continue;
    }
    room -= 1;
    void add(conversation, file, say);
  }
}

async function add(conversation: Id, file: File, say: (reason: string, name: string) => void): Promise<void> {
  const key = `new-${++keys}`;
  const abort = new AbortController();
  aborts.set(key, abort);
  change(conversation, (items) => [
    ...items,
    { key, id: null, name: file.name, mediaType: file.type, size: file.size, picture: null, progress: 0 },
  ]);
  try {
    const { id, thumbnail } = await uploadFile(
      conversation,
      file,
      (progress) => patch(conversation, key, { progress }),
      abort.signal,
    );
    const picture = thumbnail === null ? null : URL.createObjectURL(thumbnail);
    patch(conversation, key, { id, progress: 1, picture });
  } catch (error) {
    drop(conversation, key);
    const reason = error instanceof UploadFailed ? error.failure.reason : 'unexpected';
    if (reason !== 'aborted') say(reason === 'tooLarge' ? 'fileTooLarge' : reason, file.name);
  } finally {
    aborts.delete(key);
  }
}

/** Taken out again: on its way, or there already. */
export function removeItem(conversation: Id, item: TrayItem): void {
  aborts.get(item.key)?.abort();
  drop(conversation, item.key);
  if (item.id !== null) void api.attachments.drop.mutate({ id: item.id }).catch(() => {});
}

/** They are being sent: the field is free. Afterwards `wereSent`, or `putBack` when that failed. */
export function takeItems(conversation: Id): TrayItem[] {
  const items = useTrays.getState()[conversation] ?? NONE;
  change(conversation, () => []);
  for (const { id } of items) if (id !== null) beingSent.add(id);
  return items;
}

export function wereSent(items: readonly TrayItem[]): void {
  for (const item of items) {
    if (item.id !== null) beingSent.delete(item.id);
    letPictureGo(item);
  }
}

/** The message was refused, perhaps for one of them: the device says which it still has. */
export function putBack(conversation: Id, items: readonly TrayItem[]): void {
  for (const { id } of items) if (id !== null) beingSent.delete(id);
  change(conversation, (now) => [...items, ...now]);
  if (items.length > 0) loadTray(conversation).catch(() => {});
}

/** Another account, or none: nothing of the last one stays here, and nothing more goes to the device. */
export function forgetTrays(): void {
  for (const abort of aborts.values()) abort.abort();
  for (const items of Object.values(useTrays.getState())) for (const item of items) letPictureGo(item);
  beingSent.clear();
  useTrays.setState({}, true);
}
