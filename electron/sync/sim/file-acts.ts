/**
 * What people do with files in a simulation, and what becomes of files on a disk. Half of all stories from seed 20,002 on have files: the seeds
 * before tell the stories in which their failures were found.
 *
 * Each file says whose it is and when it was made, over and over, so that what comes somewhere can be compared with it (file-checks.ts), and what
 * is readable at the cloud is found there (secrets.ts).
 */
import { cpSync, existsSync, rmSync } from 'node:fs';
import { fromHex, toHex } from '../../../shared/crypto/bytes.ts';
import { attachmentsFolder, blobPath } from '../../store/blob-files.ts';
import { sealedBeside } from '../testing/attach.ts';
import { type Act, sends } from './acts.ts';
import { messagesOf } from './ledger.ts';
import type { SeededRandom } from './random.ts';
import type { Actor, Stage } from './stage.ts';

export const FIRST_WITH_FILES = 20_002;
export const withFiles = (seed: number): boolean => seed >= FIRST_WITH_FILES && seed % 2 === 0;

/** Less than a chunk, more than one, one that is full, and nothing at all. */
const SIZES = [
  { weight: 1, size: 0 },
  { weight: 6, size: 700 },
  { weight: 2, size: 65_496 },
  { weight: 1, size: 150_000 },
];
const MOST_FILES = 3;

/** Of one story: each file by its blob, and the blobs of each message that was answered. Both in hex. */
type Known = { files: Map<string, Uint8Array>; messages: Map<string, string[]> };
const known = new WeakMap<Stage, Known>();

export function knownFiles(stage: Stage): Known {
  let of = known.get(stage);
  if (of === undefined) {
    of = { files: new Map(), messages: new Map() };
    known.set(stage, of);
  }
  return of;
}

export const folderOf = ({ device }: Actor): string => attachmentsFolder(device.path);

function newFile(stage: Stage, { name }: Actor, dice: SeededRandom): Uint8Array {
  const { size } = dice.weighted(SIZES);
  const line = `${name} ${stage.ledger.tick} ${dice.below(1_000_000)} `;
  return new TextEncoder().encode(line.repeat(Math.ceil(size / line.length)).slice(0, size));
}

/** Puts a file beside the text; gives the draft's id. */
async function attach(
  stage: Stage,
  actor: Actor,
  conversationId: string,
  dice: SeededRandom,
): Promise<string> {
  const file = newFile(stage, actor, dice);
  const input = sealedBeside(actor.device.path, conversationId, file, dice.bytes);
  knownFiles(stage).files.set(toHex(input.blobId), file);
  return (await actor.device.execute('addAttachment', input)).id;
}

/** What lies beside the text there and was not sent. */
function beside({ device }: Actor, conversationId: string): { id: string; blob: string }[] {
  return device.store.all<{ id: string; blob: string }>(
    `SELECT lower(hex(id)) AS id, lower(hex(blob_id)) AS blob FROM attachment_draft WHERE conversation = ? AND send_id IS NULL
     ORDER BY position`,
    fromHex(conversationId),
  );
}

async function sendWith(stage: Stage, actor: Actor, conversationId: string, text: string): Promise<void> {
  const drafts = beside(actor, conversationId);
  const guid = await sends(stage, actor, { conversationId, text, attachments: drafts.map(({ id }) => id) });
  const blobs = drafts.map(({ blob }) => blob);
  knownFiles(stage).messages.set(guid, blobs);
}

const writeWithFiles: Act['act'] = (stage, actor, dice) => {
  const conversationId = dice.pick(stage.conversations);
  const text = dice.chance(0.3) ? '' : `${actor.name} ${stage.ledger.tick}`;
  const many = 1 + dice.below(MOST_FILES);
  stage.does(actor, `writes "${text}" with ${many} files`, async () => {
    for (let one = 0; one < many; one += 1) await attach(stage, actor, conversationId, dice);
    await sendWith(stage, actor, conversationId, text);
  });
  return true;
};

/** Puts one beside the text, or does something with what lies there. */
const filesBeside: Act['act'] = (stage, actor, dice) => {
  const conversationId = dice.pick(stage.conversations);
  const [first] = beside(actor, conversationId);
  if (first === undefined) {
    stage.does(actor, 'puts a file beside the text', () => attach(stage, actor, conversationId, dice));
  } else if (dice.chance(0.5)) {
    stage.does(actor, 'takes a file out', () => actor.device.execute('dropAttachment', { id: first.id }));
  } else {
    stage.does(actor, 'sends what lies beside the text', () => sendWith(stage, actor, conversationId, ''));
  }
  return true;
};

/** A person wants to have it here. */
const fetchOne: Act['act'] = (stage, actor, dice) => {
  const { messages } = knownFiles(stage);
  const rows = messagesOf(actor.device).filter(({ visible, guid }) => visible && messages.has(guid));
  if (rows.length === 0) return false;
  const { id, guid } = dice.pick(rows);
  const place = dice.below(messages.get(guid)?.length ?? 1);
  stage.does(actor, `fetches file ${place} of "${guid}"`, () =>
    actor.device.execute('fetchAttachment', { id, place }),
  );
  return true;
};

/** Whole files of this device, but for what is still going up. */
export function filesHere({ device }: Actor): string[] {
  return device.store
    .all<{ id: string }>('SELECT lower(hex(id)) AS id FROM blob WHERE here = 1 AND sending = 0 ORDER BY id')
    .map(({ id }) => id);
}

/** Somebody, or something, takes it out of the folder; whoever wants to look at it notices that. */
const fileLost: Act['act'] = (stage, actor, dice) => {
  // What nobody else has would be lost for good, and not sent: that device keeps what it has, and each what lies beside a text.
  const own = new Set(
    actor.device.store
      .all<{ id: string }>('SELECT lower(hex(blob_id)) AS id FROM attachment_draft')
      .map(({ id }) => id),
  );
  const here = actor.anchor ? [] : filesHere(actor).filter((id) => !own.has(id));
  if (here.length === 0) return false;
  const blobId = dice.pick(here);
  rmSync(blobPath(folderOf(actor), fromHex(blobId)), { force: true });
  stage.count('fault: file lost on the disk');
  stage.say(`${actor.name} loses a file on its disk`);
  if (dice.chance(0.5))
    stage.does(actor, 'looks at it', () => actor.device.execute('attachmentBroken', { blobId }));
  return true;
};

export const FILE_ACTS: Act[] = [
  { name: 'write with files', weight: 14, act: writeWithFiles },
  { name: 'a file beside the text', weight: 5, act: filesBeside },
  { name: 'fetch a file', weight: 3, act: fetchOne },
  { name: 'file lost', weight: 2, act: fileLost },
];

/** Of a device that does not run, for `putFilesBack`; null: it has no files. */
export function copyFiles(stage: Stage, actor: Actor): string | null {
  const folder = folderOf(actor);
  if (!existsSync(folder)) return null;
  const copy = stage.folders.make();
  cpSync(folder, copy, { recursive: true });
  return copy;
}

export function putFilesBack(actor: Actor, copy: string | null): void {
  const folder = folderOf(actor);
  rmSync(folder, { recursive: true, force: true });
  if (copy !== null) cpSync(copy, folder, { recursive: true });
}
