import { mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { systemRandom } from '../../../shared/crypto/random.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { openStore } from '../../store/open.ts';
import { realParts } from '../core.ts';
import { removeFolders, temporary } from '../testing/zone-device.ts';
import { assembleSync } from './assemble.ts';
import { freeBytesAt } from './free-bytes.ts';

afterAll(removeFolders);
await sodiumReady();

const newFolder = () => temporary(mkdtempSync(join(tmpdir(), 'lockstep-free-')));

test('HOST-24 what is free is in bytes, without what the system keeps for itself', () => {
  const folder = newFolder();
  const free = freeBytesAt(folder);
  const { bavail, blocks, bsize } = statfsSync(folder);
  // Others write to this disk meanwhile.
  expect(Math.abs((free ?? 0) - bavail * bsize)).toBeLessThan(2 ** 30);
  expect(free).toBeGreaterThan(0);
  expect(free).toBeLessThan(blocks * bsize);
});

test('HOST-24 where the system does not say, it is not known', () => {
  expect(freeBytesAt(join(newFolder(), 'away'))).toBeNull();
});

test('HOST-24 every step and command can ask what is free, anew each time; without anybody to ask, it is not known', async () => {
  const store = openStore({ path: join(newFolder(), 'messages.db'), key: systemRandom(32) });
  const asking = async (freeBytes?: () => number | null): Promise<(number | null)[]> => {
    const said: (number | null)[] = [];
    const core = assembleSync(
      {
        store,
        fetch: () => Promise.reject(new Error('no network')),
        clock: { now: () => Date.now() },
        random: systemRandom,
        emit: () => {},
        ...(freeBytes === undefined ? {} : { freeBytes }),
      },
      {
        ...realParts,
        commands: {
          ...realParts.commands,
          async checkCloud(ctx, { url }) {
            said.push(ctx.freeBytes());
            return { url, name: '', version: '', registration: 'open' };
          },
        },
      },
    );
    for (const url of ['a', 'b']) await core.execute({ name: 'checkCloud', input: { url } });
    await core.stop();
    return said;
  };
  const left = [5_000_000_000, 0];
  expect(await asking(() => left.shift() ?? null)).toEqual([5_000_000_000, 0]);
  expect(await asking(() => null)).toEqual([null, null]);
  expect(await asking()).toEqual([null, null]);
  store.close();
});
