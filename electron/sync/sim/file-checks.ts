/**
 * What must hold of files when a story has healed (SPEC SIM-42 to SIM-44): what was sent came, byte for byte; what one device of an account has,
 * all have; what nothing names is nowhere.
 */
import { existsSync } from 'node:fs';
import { fromHex, toHex } from '../../../shared/crypto/bytes.ts';
import { type AttachmentItem, attachmentsOf } from '../../store/attachments.ts';
import { blobFiles, blobPath } from '../../store/blob-files.ts';
import { isNamed } from '../../store/blobs.ts';
import { openedBeside } from '../testing/attach.ts';
import { filesHere, folderOf, knownFiles, withFiles } from './file-acts.ts';
import type { Actor, Stage } from './stage.ts';

type Message = { guid: string; id: string; rid: number; unsent: number };

function messagesWith(stage: Stage, { device }: Actor): Message[] {
  const { messages } = knownFiles(stage);
  return device.store
    .all<Message>(
      'SELECT lower(hex(guid)) AS guid, lower(hex(id)) AS id, rid, unsent_ms IS NOT NULL AS unsent FROM message ORDER BY rid',
    )
    .filter(({ guid }) => messages.has(guid));
}

/** Nothing goes up, nothing comes down, nothing is to be swept. */
export function filesRest({ device }: Actor): boolean {
  const { n } = device.store.get<{ n: number }>(
    `SELECT (SELECT count(*) FROM blob WHERE sending = 1 OR (here = 0 AND failure IS NULL AND want > 0))
       + (SELECT count(*) FROM blob_loose) AS n`,
  ) as { n: number };
  return n === 0;
}

/** How long the cloud keeps a file whose mail was read and that no record names. */
const KEPT_MS = 30 * 24 * 3_600_000;

/** How often somebody has asked for each file that did not come. */
const asked = new WeakMap<Actor, Map<string, number>>();
const PATIENCE = 3;

/** People look at their files: what is gone from the disk is noticed, what did not come is asked for. */
export function lookAtFiles(stage: Stage, actor: Actor): void {
  if (!withFiles(stage.seed)) return;
  const { device } = actor;
  const folder = folderOf(actor);
  for (const blobId of filesHere(actor)) {
    if (existsSync(blobPath(folder, fromHex(blobId)))) continue;
    stage.does(actor, 'misses a file', () => device.execute('attachmentBroken', { blobId }));
  }
  const times = asked.get(actor) ?? new Map<string, number>();
  asked.set(actor, times);
  for (const { id, rid } of messagesWith(stage, actor)) {
    for (const [place, { blobId, here, failure }] of attachmentsOf(device.store, rid).entries()) {
      const key = toHex(blobId);
      if (here || failure === null || (times.get(key) ?? 0) >= PATIENCE) continue;
      times.set(key, (times.get(key) ?? 0) + 1);
      stage.does(actor, 'asks for a file', () => device.execute('fetchAttachment', { id, place }));
    }
  }
}

export function filesAreTrue(stage: Stage): string[] {
  if (!withFiles(stage.seed)) return [];
  const problems: string[] = [];
  for (const person of ['anna', 'bob'] as const) {
    const devices = stage.of(person);
    const somewhere = new Set(devices.flatMap(filesHere));
    for (const actor of devices) {
      if (!filesRest(actor)) problems.push(`SIM-8 ${actor.name}'s files do not come to rest`);
      for (const { guid, rid, unsent } of messagesWith(stage, actor))
        problems.push(...ofMessage(stage, actor, { guid, rid, unsent: unsent === 1 }, somewhere));
      problems.push(...nothingElse(actor));
    }
  }
  return problems;
}

function ofMessage(
  stage: Stage,
  actor: Actor,
  { guid, rid, unsent }: { guid: string; rid: number; unsent: boolean },
  somewhere: ReadonlySet<string>,
): string[] {
  const { messages, files } = knownFiles(stage);
  const items = attachmentsOf(actor.device.store, rid);
  const text = stage.ledger.sent.get(guid)?.text ?? guid;
  const sent = unsent ? [] : (messages.get(guid) ?? []);
  if (items.map(({ blobId }) => toHex(blobId)).join() !== sent.join())
    return [`SIM-42 "${text}" has ${items.length} files on ${actor.name}, and was sent with ${sent.length}`];
  return items.flatMap((item, place) => {
    const id = toHex(item.blobId);
    const which = `file ${place} of "${text}"`;
    if (!item.here) {
      // With another cloud, or an older one, goes what had come to nobody yet; what no zone names, thirty days after its mail was read (BLB, docs/KNOWN-GAPS.md).
      const age = stage.ledger.ageMs(guid, stage.world.now);
      const letGo = age >= KEPT_MS || stage.mayLackFiles;
      return letGo && !somewhere.has(id)
        ? []
        : [`SIM-43 ${which} is not on ${actor.name}: ${item.failure ?? 'it does not come'}`];
    }
    return isThatFile(actor, item, files.get(id) as Uint8Array)
      ? []
      : [`SIM-42 ${which} is another one on ${actor.name}`];
  });
}

function isThatFile(actor: Actor, item: AttachmentItem, file: Uint8Array): boolean {
  return item.size === file.length && Buffer.compare(openedBeside(actor.device.path, item), file) === 0;
}

/** SIM-44: of what is gone for good, or was taken out again, nothing is left. */
function nothingElse(actor: Actor): string[] {
  const { store } = actor.device;
  return blobFiles(folderOf(actor))
    .list(0)
    .filter(({ id }) => !isNamed(store, fromHex(id)))
    .map(({ id }) => `SIM-44 ${actor.name} keeps a file that nothing names: ${id}`);
}
