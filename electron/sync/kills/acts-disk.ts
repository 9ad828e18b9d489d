/**
 * What happens to the files of a device while it is killed: its database is damaged and recovered (SPEC DMG-*), the search index is made anew,
 * what was staged is cleared away.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { toHex } from '../../../shared/crypto/bytes.ts';
import { attachmentsFolder, STAGING } from '../../store/blob-files.ts';
import { searchMessages } from '../../store/search.ts';
import { searchIndexPath } from '../../store/search-index.ts';
import { type Act, arrived, atLeast, deleted, quiet, send, shown, some } from './doing.ts';
import { DAY, type Scene } from './scene.ts';

const PAGE = 4096;
/** The index leaves what changes alone for two seconds. */
const INDEXED_MS = 6_000;
const SETTLED_MS = 150;

export function overwrite(path: string, at: number, bytes: Uint8Array): void {
  const file = openSync(path, 'r+');
  try {
    writeSync(file, bytes, 0, bytes.length, at);
  } finally {
    closeSync(file);
  }
}

/** As disks and people damage it: pages that are another's, the first one, or the end cut off. */
function damage({ path, dice }: Scene): void {
  const pages = Math.floor(statSync(path).size / PAGE);
  const how = dice.below(4);
  if (how === 0) truncateSync(path, Math.floor(pages / 2) * PAGE);
  else if (how === 1) overwrite(path, 0, dice.bytes(PAGE));
  else
    for (let i = 0; i < 3; i += 1)
      overwrite(path, (1 + dice.below(pages - 1)) * PAGE + 2_000, dice.bytes(16));
}

/** Everything in it is at the cloud too; whatever was met speaks against the database until it is recovered. */
async function recovered(scene: Scene): Promise<string[]> {
  scene.suspected = null;
  const { path } = scene;
  const unfinished = readdirSync(join(path, '..')).filter((name) => /^damaged-/.test(name));
  return unfinished.length > 0 ? [] : ['nothing was set aside'];
}

async function indexed(scene: Scene): Promise<void> {
  const until = Date.now() + INDEXED_MS;
  const before = scene.device.searched;
  scene.device.beginSearch();
  while (!scene.device.dead && scene.device.searched === before && Date.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
}

/** Searching finds what is shown, and nothing else. */
function foundBySearching(scene: Scene): string[] {
  const there = some(shown(scene), 5, scene);
  const away = some(deleted(scene), 5, scene);
  return scene.read((store) => {
    const found = (text: string): boolean =>
      searchMessages(store, text, 50).hits.some(({ message }) => message.text === text);
    return [
      ...there.filter(({ text }) => text !== '' && !found(text)).map(({ text }) => `"${text}" is not found`),
      ...away.filter(({ text }) => text !== '' && found(text)).map(({ text }) => `"${text}" is still found`),
    ];
  });
}

export const DISK_ACTS = {
  'a damaged database': {
    starts: 'device',
    prepare: async (scene) => {
      await atLeast(scene, 10);
      await arrived(scene);
      await scene.quit();
      damage(scene);
      scene.suspected = 'SQLITE_CORRUPT';
    },
    run: async (scene) => {
      await quiet(scene);
      await quiet(scene);
    },
    check: recovered,
  },
  'a damaged log': {
    starts: 'device',
    prepare: async (scene) => {
      await send(scene);
      await arrived(scene);
      // A word that is in the log alone.
      await scene.run('setDraft', {
        conversationId: scene.conversation,
        text: `draft ${scene.dice.below(1000)}`,
      });
      await arrived(scene);
      await scene.device.kill();
      const log = `${scene.path}-wal`;
      if (existsSync(log) && statSync(log).size > PAGE)
        overwrite(log, 40 + scene.dice.below(3_000), scene.dice.bytes(8));
    },
    run: async (scene) => {
      await quiet(scene);
    },
  },
  'the index is made': {
    starts: 'device',
    prepare: async (scene) => {
      await atLeast(scene, 5);
      await arrived(scene);
      await scene.quit();
      const index = searchIndexPath(scene.path);
      for (const end of ['-wal', '-shm']) if (existsSync(index + end)) truncateSync(index + end);
      writeFileSync(index, scene.dice.bytes(2 * PAGE));
    },
    run: async (scene) => {
      await send(scene);
      await indexed(scene);
    },
    check: async (scene) => foundBySearching(scene),
  },
  'what was staged long ago': {
    starts: 'device',
    prepare: async (scene) => {
      await arrived(scene);
      await scene.device.kill();
      const staging = join(attachmentsFolder(scene.path), STAGING);
      mkdirSync(staging, { recursive: true });
      const longAgo = (Date.now() + scene.offMs - 2 * DAY) / 1000;
      for (let i = 0; i < 3; i += 1) {
        const path = join(staging, toHex(scene.dice.bytes(16)));
        writeFileSync(path, scene.dice.bytes(3_000));
        utimesSync(path, longAgo, longAgo);
      }
    },
    run: quiet,
    check: async ({ path, offMs }) => {
      const staging = join(attachmentsFolder(path), STAGING);
      const old = readdirSync(staging).filter(
        (name) => Date.now() + offMs - statSync(join(staging, name)).mtimeMs > DAY,
      );
      return old.length === 0 ? [] : [`${old.length} staged files lie about`];
    },
  },
} satisfies Record<string, Act>;
