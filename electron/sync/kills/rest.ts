/** When everybody has come to rest after a kill, and what must hold then (SPEC SYN-80 to SYN-85). */
import { existsSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { databaseFile } from '../../../cloud/storage/database.ts';
import { clientsOf } from '../../../cloud/testing/clients.ts';
import { equalBytes, toHex } from '../../../shared/crypto/bytes.ts';
import { ZoneDigest } from '../../../shared/crypto/zone-digest.ts';
import { Zone } from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { attachmentsFolder, blobFiles } from '../../store/blob-files.ts';
import { getIdentity } from '../../store/identity.ts';
import { getKeep } from '../../store/keep-messages.ts';
import { listLetGo } from '../../store/let-go.ts';
import type { Store } from '../../store/open.ts';
import { searchMessages } from '../../store/search.ts';
import { ZONE_NUMBER, type ZoneName } from '../../store/values.ts';
import { getZoneState, zoneDigest } from '../../store/zone-state.ts';
import { messagesOf } from '../sim/ledger.ts';
import type { SyncStatus } from '../status-types.ts';
import { Killed } from './processes.ts';
import type { Scene } from './scene.ts';

/** On a machine with much else to do. */
const REST_WITHIN_MS = 150_000;
/** At first, and later more seldom: looking costs more than waiting. */
const LOOK_EVERY_MS = 25;
const LOOK_AT_LEAST_EVERY_MS = 500;
const POKE_EVERY_MS = 1_200;

/** Starts what has died, puts every switch on again, and waits. Empty when all is well. */
export async function rest(scene: Scene, again = signInAgain): Promise<string[]> {
  const began = performance.now();
  let poked = began;
  let problems: string[] = [];
  for (let round = 0; ; round += 1) {
    try {
      await mend(scene, round, again);
      problems = await look(scene);
    } catch (error) {
      if (error instanceof Killed) throw error;
      problems = [`${error instanceof Error ? error.stack : error}`];
    }
    if (problems.length === 0) return finalCheck(scene);
    const now = performance.now();
    if (now - began > REST_WITHIN_MS) return [...problems, ...scene.takeFailures(), ...restless(scene)];
    if (now - poked > POKE_EVERY_MS) {
      poked = now;
      scene.poke();
    }
    const pauseMs = Math.min(LOOK_AT_LEAST_EVERY_MS, LOOK_EVERY_MS + (now - began) / 20);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

const signInAgain = async (scene: Scene): Promise<void> => {
  await scene.run('signIn', scene.signInInput());
};

async function mend(scene: Scene, round: number, again: (scene: Scene) => Promise<void>): Promise<void> {
  if (scene.cloud.dead) {
    await scene.startCloud();
    scene.poke();
  }
  const { damaged } = scene.device;
  if (damaged !== null) {
    // As the app does: the thread is ended, and begun again with that in mind.
    scene.suspected = damaged;
    await scene.device.kill();
  }
  if (scene.device.dead) await scene.startDevice();
  if (round % 8 !== 7) return;
  if (!isIn(scene)) await again(scene);
  const { status } = scene.device;
  if (status?.switch === 'off') {
    if (status.purge !== null) await scene.run('undoPurge', null);
    await scene.run('setSwitch', { on: true, deletedHere: 'bringBack' });
  }
  if (status?.paused?.reason === 'held') await scene.run('resume', null);
  if (scene.anna.core.status().switch === 'off') {
    await scene.anna.core
      .execute({ name: 'setSwitch', input: { on: true, deletedHere: 'bringBack' } })
      .catch(() => {});
  }
}

function isIn(scene: Scene): boolean {
  return scene.read((store) => getIdentity(store)?.state === 'active');
}

const quiet = (status: SyncStatus | null): boolean =>
  status !== null && status.phase === 'idle' && status.switch === 'on' && status.waitingToSend === 0;

async function look(scene: Scene): Promise<string[]> {
  const { anna, bob, device, ledger, others } = scene;
  if (!quiet(device.status)) return ['the device is not at rest'];
  for (const other of others) if (!quiet(other.core.status())) return ['another device is not at rest'];
  if (others.some((other) => waits(other.store))) return ['something waits elsewhere'];
  const store = scene.reader();
  try {
    if (waits(store)) return ['something waits'];
    if (scene.dora !== null) return [];
    const problems = await compare(scene, store);
    if (problems.length > 0) return problems;
    problems.push(...ledger.check('the killed device', store));
    problems.push(...ledger.check("Anna's other device", anna.store));
    problems.push(...ledger.checkBob(bob.store));
    problems.push(...checkFiles(store));
    return problems;
  } finally {
    store.close();
  }
}

function waits(store: Store): boolean {
  const row = store.get<{ n: number }>(
    "SELECT (SELECT count(*) FROM dirty) + (SELECT count(*) FROM outbox WHERE state <> 'failed') AS n",
  );
  return (row?.n ?? 0) > 0;
}

/** The device, the account's other device and the cloud have the same, to the byte. */
async function compare(scene: Scene, store: Store): Promise<string[]> {
  const { anna } = scene;
  const token = getIdentity(anna.store)?.sessionToken ?? '';
  const clients = clientsOf({ fetch: scene.fetch as never }, token);
  for (const [zone, name] of [
    [Zone.ACCOUNT, 'account'],
    [Zone.MESSAGES, 'messages'],
  ] as const) {
    const { state } = await clients.zone.openZone({ zone });
    if (state === undefined) return ['no state'];
    for (const [whose, one] of [
      ['the killed device', store],
      ["Anna's other device", anna.store],
    ] as const) {
      const here = getZoneState(one, name);
      if (here.head !== Number(state.head)) return [`${whose} is at ${name} ${here.head} of ${state.head}`];
      if (!equalBytes(zoneDigest(one, name), state.digest))
        return [`${whose} and the cloud have other digests of ${name}`];
    }
  }
  const here = recordsOf(store);
  const there = recordsOf(anna.store);
  if (here.join() === there.join()) return [];
  const other = new Set(there);
  const only = here.filter((line) => !other.has(line)).map((line) => line.slice(0, 200));
  return [`the devices' records differ: ${only.slice(0, 3).join(' | ')}`];
}

function recordsOf(store: Store): string[] {
  return store
    .all<{ line: string }>(
      `SELECT zone || ' ' || lower(hex(id)) || ' ' || gone || ' ' || coalesce(lower(hex(payload)), '') AS line FROM record
       WHERE rev > 0 ORDER BY zone, id`,
    )
    .map(({ line }) => line);
}

/** What the database says is here is here, and nothing else is. */
function checkFiles(store: Store): string[] {
  const files = blobFiles(attachmentsFolder(store.path));
  const rows = store.all<{ id: Uint8Array; sealed: number; here: number }>(
    'SELECT id, sealed, here FROM blob WHERE nowhere = 0',
  );
  const named = new Set(
    store.all<{ id: string }>('SELECT lower(hex(id)) AS id FROM blob').map(({ id }) => id),
  );
  const problems: string[] = [];
  for (const { id, sealed, here } of rows) {
    const length = files.length(id);
    if (here === 1 && length !== sealed) problems.push(`a file of ${sealed} bytes is ${length} here`);
  }
  if (existsSync(attachmentsFolder(store.path))) {
    for (const { id, whole } of files.list(0))
      if (!named.has(id)) problems.push(`a ${whole ? 'file' : 'part'} is here that nothing names`);
  }
  return problems;
}

function recounted(store: Store, zone: ZoneName): Uint8Array {
  const digest = new ZoneDigest();
  for (const { id, rev, hash } of store.all<{ id: Uint8Array; rev: number; hash: Uint8Array }>(
    'SELECT id, rev, hash FROM record WHERE zone = ? AND rev > 0',
    ZONE_NUMBER[zone],
  ))
    digest.add(id, rev, hash);
  return digest.toBytes();
}

/** Once, when all is at rest. */
function finalCheck(scene: Scene): string[] {
  const problems = scene.takeFailures();
  const store = scene.reader();
  try {
    for (const line of store.integrityCheck()) problems.push(`the device's database: ${line}`);
    for (const zone of ['account', 'messages'] as const) {
      if (toHex(zoneDigest(store, zone)) !== toHex(recounted(store, zone)))
        problems.push(`the digest of ${zone} is not that of its records`);
    }
    const last = messagesOf({ store }).findLast(({ visible, text }) => visible && text !== '');
    if (
      last !== undefined &&
      !searchMessages(store, last.text, 20).hits.some(({ message }) => message.text === last.text)
    )
      problems.push(`"${last.text}" is not found by searching`);
    scene.ledger.settle(scene.anna.store);
  } finally {
    store.close();
  }
  const cloud = new Sqlite(databaseFile(scene.dataDir), { readonly: true });
  try {
    for (const row of cloud.pragma('integrity_check') as { integrity_check: string }[])
      if (row.integrity_check !== 'ok') problems.push(`the cloud's database: ${row.integrity_check}`);
  } finally {
    cloud.close();
  }
  return problems;
}

function restless(scene: Scene): string[] {
  const { device, anna, bob } = scene;
  return [
    `the killed device's outbox: ${outboxOf(scene)}`,
    `Keep Messages: ${keepOf(scene)}`,
    `what went for good: ${letGoOf(scene)}`,
    `all clocks are ahead by ${scene.offMs} ms`,
    `device ${JSON.stringify(device.status)} ${device.failures.slice(-3).join(' | ')}`,
    `anna ${JSON.stringify(anna.core.status())} ${anna.failures.slice(-3).join(' | ')}`,
    `bob ${JSON.stringify(bob.core.status())} ${bob.failures.slice(-3).join(' | ')}`,
  ];
}

/** What the account's two devices take its setting to be. */
function keepOf(scene: Scene): string {
  return scene.read((store) =>
    [store, scene.anna.store].map((one) => JSON.stringify(getKeep(one, 'account'))).join(' and '),
  );
}

/** On either of the account's devices, and why. */
function letGoOf(scene: Scene): string {
  return scene.read((store) =>
    [store, scene.anna.store].map((one) => JSON.stringify(listLetGo(one))).join(' and '),
  );
}

/** What waits or has failed there, and why. */
function outboxOf(scene: Scene): string {
  return scene.read((store) =>
    store
      .all<{ kind: string; state: string; failure: string | null; text: string }>(
        'SELECT kind, state, failure, text FROM outbox ORDER BY position',
      )
      .map(({ kind, state, failure, text }) => `${kind} "${text}" ${state} ${failure ?? ''}`)
      .join(', '),
  );
}
