/** What happens to the cloud itself while a process is killed: starts, backups, what it does by itself (acts.ts has the others). */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Cloud } from '../../../cloud/app.ts';
import { databaseFile } from '../../../cloud/storage/database.ts';
import { clientsOf } from '../../../cloud/testing/clients.ts';
import { signUp } from '../../../cloud/testing/person.ts';
import type { Armed } from '../../../cloud/testing/reaper.ts';
import { BLOB_CHUNK } from '../../../shared/crypto/blobs.ts';
import { equalBytes } from '../../../shared/crypto/bytes.ts';
import { Zone } from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { getIdentity } from '../../store/identity.ts';
import { zoneDigest } from '../../store/zone-state.ts';
import { type Act, type Alone, arrived, atLeast, atLeastDeleted, deleted, quiet, send } from './doing.ts';
import { type CloudProcess, Killed } from './processes.ts';
import { DAY, type Scene } from './scene.ts';

const nothing = async (): Promise<void> => {};

/** Does it in a process of its own, which may die of it. */
async function dies(scene: Scene, work: (process: CloudProcess) => Promise<unknown>) {
  const process = scene.newCloudProcess();
  try {
    await work(process);
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    return { reached: true, passed: [] };
  }
  const passed = await process.passed();
  await process.kill();
  return { reached: false, passed };
}

/** A cloud of this backup has the zone as it is. */
async function putBack(scene: Scene, file: string, armed: Armed | null): Promise<Alone> {
  const dataDir = `${file} put back`;
  mkdirSync(dataDir);
  copyFileSync(file, databaseFile(dataDir));
  const start = (process: CloudProcess, of: Armed | null) =>
    process.serve({ dataDir, offMs: scene.offMs, restored: true, armed: of });
  const told = await dies(scene, (process) => start(process, armed));
  const again = scene.newCloudProcess();
  await start(again, null);
  const token = getIdentity(scene.anna.store)?.sessionToken ?? '';
  const { state } = await clientsOf(at(again), token).zone.openZone({ zone: Zone.MESSAGES });
  await again.kill();
  const same = equalBytes(state?.digest ?? new Uint8Array(), zoneDigest(scene.anna.store, 'messages'));
  return { ...told, problems: same ? [] : ['the backup has other messages'] };
}

const at = (process: CloudProcess) =>
  ({
    fetch: async (request: Request) => {
      const body = await request.arrayBuffer();
      const { method, headers } = request;
      return fetch(`${process.address}${new URL(request.url).pathname}`, { method, headers, body });
    },
  }) as unknown as Cloud;

export const CLOUD_ACTS = {
  'the cloud starts': {
    starts: 'cloud',
    run: async (scene) => {
      scene.poke();
      await send(scene);
      await quiet(scene);
    },
  },
  restored: {
    starts: 'cloud',
    restored: true,
    prepare: async (scene) => {
      await atLeast(scene, 3);
      await arrived(scene);
    },
    run: async (scene) => {
      scene.poke();
      await quiet(scene);
      await quiet(scene);
    },
  },
  'an upload that nothing names': {
    starts: 'device',
    prepare: async (scene) => {
      await arrived(scene);
      const token = getIdentity(scene.anna.store)?.sessionToken ?? '';
      const { blob } = clientsOf({ fetch: scene.fetch as never }, token);
      const bytes = scene.dice.bytes(BLOB_CHUNK);
      await blob.putBlob({ blobId: scene.dice.bytes(32), size: BigInt(3 * BLOB_CHUNK), offset: 0n, bytes });
      await scene.jump(2 * DAY);
    },
    run: async (scene) => {
      scene.poke();
      await quiet(scene);
      await new Promise((resolve) => setTimeout(resolve, 150));
    },
  },
  'what is deleted leaves the log': {
    prepare: (scene) => atLeastDeleted(scene, 2),
    run: async (scene) => {
      const rows = deleted(scene);
      scene.ledger.may(rows, 'gone');
      if ((await scene.run('deleteForGood', { ids: 'all' })) !== null) scene.ledger.must(rows, 'gone');
      await quiet(scene);
      await Promise.race([scene.cloud.ended, new Promise((resolve) => setTimeout(resolve, 1_300))]);
    },
  },
  'a backup': {
    run: nothing,
    alone: async (scene, armed) => {
      const file = join(scene.folder, `backup ${scene.dice.below(2 ** 31)}`);
      const { reached, passed } = await dies(scene, (process) => process.backUp(scene.dataDir, file, armed));
      const problems: string[] = [];
      // Its name it has only when it is whole.
      if (existsSync(file)) problems.push(...(await putBack(scene, file, null)).problems);
      const again = scene.newCloudProcess();
      await again.backUp(scene.dataDir, `${file} again`, null);
      await again.kill();
      return { reached, problems, passed };
    },
  },
  'a backup is put back': {
    run: nothing,
    alone: async (scene, armed) => {
      await arrived(scene);
      const file = join(scene.folder, `backup ${scene.dice.below(2 ** 31)}`);
      const process = scene.newCloudProcess();
      await process.backUp(scene.dataDir, file, null);
      await process.kill();
      return putBack(scene, file, armed);
    },
  },
  'a cloud is new': {
    run: nothing,
    alone: async (scene, armed) => {
      const dataDir = join(scene.folder, `cloud ${scene.dice.below(2 ** 31)}`);
      const start = (process: CloudProcess, of: Armed | null) =>
        process.serve({ dataDir, offMs: scene.offMs, restored: false, armed: of });
      const told = await dies(scene, (process) => start(process, armed));
      const again = scene.newCloudProcess();
      await start(again, null);
      await signUp(at(again), 'erik@example.org');
      await again.kill();
      return { ...told, problems: [] };
    },
  },
} satisfies Record<string, Act>;
