/** What the acts of the crash tests are made of: somebody writes, deletes, attaches, and says so to the ledger. */
import type { Armed } from '../../../cloud/testing/reaper.ts';
import { toHex } from '../../../shared/crypto/bytes.ts';
import { listRecentlyDeleted } from '../../store/recently-deleted.ts';
import { messagesOf, type Row } from '../sim/ledger.ts';
import { bytesOf, sealedBeside } from '../testing/attach.ts';
import { rest } from './rest.ts';
import type { Scene, Side } from './scene.ts';

export type Act = {
  /** What has to be there first; everybody is at rest before and after it. */
  prepare?(scene: Scene): Promise<void>;
  /** The process to be killed is started for it, and armed as it starts: of whose side. `prepare` has ended it, or does not mind. */
  starts?: Side;
  /** How the cloud is started for it. */
  restored?: boolean;
  run(scene: Scene): Promise<void>;
  /** After a kill, once more when it was not done: instead of signing in, where it leads to that. */
  again?(scene: Scene): Promise<void>;
  /** What else must hold when all is at rest. */
  check?(scene: Scene): Promise<string[]>;
  /** Nothing else is done with this scene afterwards. */
  spends?: boolean;
  /** In processes of its own, instead of `run`: `reached` when the one that was armed died. */
  alone?(scene: Scene, armed: Armed | null): Promise<Alone>;
};

export type Alone = { reached: boolean; problems: string[]; passed: [string, number][] };

/**
 * As the device has it that is killed: whose person acts, sees that. Without what was deleted for good before a purge and is brought to a new device
 * by old mail: it is shown there until a device that knows of the delete has heard of it (docs/KNOWN-GAPS.md), and stays gone whatever is done
 * with it meanwhile.
 */
function seen(scene: Scene): readonly Row[] {
  const { ledger } = scene;
  const rows = scene.read((store) => messagesOf({ store }));
  ledger.learn(rows);
  return rows.filter(({ guid }) => !ledger.isGone(guid));
}
/** In the transcript with Bob. */
export const shown = (scene: Scene): Row[] =>
  seen(scene).filter(({ visible, conversation }) => visible && conversation === scene.conversation);
/** In Recently Deleted. */
export const deleted = (scene: Scene): Row[] => seen(scene).filter((row) => row.deleted !== null);

export function some(rows: readonly Row[], most: number, scene: Scene): Row[] {
  const from = [...rows];
  const picked: Row[] = [];
  while (picked.length < most && from.length > 0)
    picked.push(...from.splice(scene.dice.below(from.length), 1));
  return picked;
}
export const idsOf = (rows: readonly Row[]): string[] => rows.map(({ id }) => id);

export async function send(scene: Scene, attachments: string[] = []): Promise<string | null> {
  const { ledger, conversation: conversationId } = scene;
  const text = ledger.text('anna');
  ledger.writes(text, 'anna');
  const done = await scene.run('send', { conversationId, text, replyTo: null, attachments });
  if (done !== null) ledger.written(text);
  return done?.result.id ?? null;
}

export async function annaSends(scene: Scene, attachments: string[] = []): Promise<void> {
  const { ledger, anna, conversation: conversationId } = scene;
  const text = ledger.text('anna');
  ledger.writes(text, 'anna');
  await anna.core.execute({ name: 'send', input: { conversationId, text, replyTo: null, attachments } });
  ledger.written(text);
}

export async function bobSends(scene: Scene): Promise<void> {
  const { ledger, bob, conversation: conversationId } = scene;
  const text = ledger.text('bob');
  ledger.writes(text, 'bob');
  await bob.core.execute({ name: 'send', input: { conversationId, text, replyTo: null } });
  ledger.written(text);
}

/** At least so many messages in the conversation. */
export async function atLeast(scene: Scene, many: number): Promise<void> {
  const lacking = many - shown(scene).length;
  for (let left = lacking; left > 0; left -= 1) await annaSends(scene);
  if (lacking > 0) await arrived(scene);
}
export async function atLeastDeleted(scene: Scene, many: number): Promise<void> {
  if (deleted(scene).length >= many) return;
  await atLeast(scene, many + 4);
  await deletes(scene, some(shown(scene), many, scene));
  await arrived(scene);
}
/** What was just written is on both of Anna's devices. */
export async function arrived(scene: Scene): Promise<void> {
  const problems = await rest(scene);
  if (problems.length > 0) throw new Error(`Before the act: ${problems.join('; ')}`);
}

export async function deletes(scene: Scene, rows: Row[]): Promise<string | null> {
  scene.ledger.may(rows, 'deleted');
  const done = await scene.run('deleteMessages', { ids: idsOf(rows) });
  if (done === null) return null;
  scene.ledger.must(rows, 'deleted');
  datedNow(scene, rows);
  return done.result.undo;
}

/** Between the scene's clock and a date that was just written. */
const DATED_WITHIN_MS = 60 * 60_000;

/** What is dated long ago is gone before anybody has seen it in Recently Deleted (SPEC SYN-28, SYN-98). */
function datedNow(scene: Scene, rows: readonly Row[]): void {
  const now = Date.now() + scene.offMs;
  const ids = new Set(idsOf(rows));
  for (const { message, deletedMs } of scene.read((store) => listRecentlyDeleted(store, 10_000))) {
    const offMs = deletedMs - now;
    if (!ids.has(toHex(message.id)) || Math.abs(offMs) <= DATED_WITHIN_MS) continue;
    scene.wrong(
      `"${message.text}" was deleted as of ${offMs} ms from now; the device: ${JSON.stringify(scene.device.status)}`,
    );
  }
}

export async function attach(scene: Scene, bytes: number): Promise<string> {
  const file = bytesOf(bytes, scene.dice.below(2 ** 31));
  const input = sealedBeside(scene.path, scene.conversation, file);
  await scene.run('addAttachment', input);
  return input.id;
}

/** Everything that is under way comes to its end. */
export async function quiet(scene: Scene): Promise<void> {
  for (let i = 0; i < 400; i += 1) {
    const { status, dead } = scene.device;
    if (dead || scene.cloud.dead) return;
    if (i > 12 && status?.phase === 'idle' && status.waitingToSend === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A file of the account's other device, in a message. */
export async function annaSendsFile(scene: Scene, bytes: number): Promise<void> {
  const { anna, conversation, dice } = scene;
  const file = bytesOf(bytes, dice.below(2 ** 31));
  const input = sealedBeside(anna.store.path, conversation, file);
  const { id } = await anna.core.execute({ name: 'addAttachment', input });
  await annaSends(scene, [id]);
}
