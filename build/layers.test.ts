import { expect, test } from 'vitest';
import { checkLayers } from './layers.ts';

/** Sources in which every file that is imported exists. */
function breaches(files: Record<string, string>): string[] {
  return checkLayers(new Map(Object.entries(files)));
}

/** One file importing another; the breach's line without the paths. */
function importing(from: string, to: string, statement?: string): string[] {
  const ups = '../'.repeat(from.split('/').length - 1);
  const source = statement ?? `import { x } from '${ups}${to}';`;
  return breaches({ [from]: source, [to]: 'export const x = 1; export type X = number;' }).map((line) =>
    line.slice(line.indexOf(': ') + 2),
  );
}

test.each([
  ['shared/model/a.ts', 'cloud/b.ts'],
  ['shared/model/a.ts', 'electron/store/b.ts'],
  ['shared/model/a.ts', 'shared/disk/b.ts'],
  ['shared/disk/a.ts', 'cloud/b.ts'],
  ['renderer/a.tsx', 'shared/disk/b.ts'],
  ['cloud/zones/a.ts', 'electron/store/b.ts'],
  ['cloud/zones/a.ts', 'renderer/b.ts'],
  ['electron/store/a.ts', 'cloud/b.ts'],
  ['electron/store/a.ts', 'electron/api/b.ts'],
  ['electron/store/a.ts', 'electron/device/b.ts'],
  ['electron/sync/a.ts', 'electron/host/host.ts'],
  ['electron/sync/a.ts', 'electron/api/types.ts'],
  ['electron/device/a.ts', 'electron/host/browser-host.ts'],
  ['electron/device/a.ts', 'renderer/b.ts'],
  ['electron/device/a.ts', 'electron/main.ts'],
  ['electron/device/a.ts', 'build/b.ts'],
  ['renderer/a.tsx', 'electron/api/types.ts'],
  ['renderer/a.tsx', 'shared/model/b.ts'],
])('DOC-4 %s must not import %s', (from, to) => {
  expect(importing(from, to)).not.toEqual([]);
});

test.each([
  ['cloud/zones/a.ts', 'shared/crypto/b.ts'],
  ['electron/store/a.ts', 'shared/model/b.ts'],
  ['electron/store/a.ts', 'shared/disk/b.ts'],
  ['cloud/storage/a.ts', 'shared/disk/b.ts'],
  ['shared/disk/a.ts', 'shared/b.ts'],
  ['electron/api/a.ts', 'electron/store/b.ts'],
  ['electron/browser.ts', 'electron/host/browser-host.ts'],
  ['electron/main.ts', 'electron/host/electron-host.ts'],
  ['electron/sync/a.test.ts', 'cloud/app.ts'],
  ['electron/sync/sim/a.ts', 'cloud/app.ts'],
  ['e2e/a.ts', 'shared/b.ts'],
])('DOC-4 %s may import %s', (from, to) => {
  expect(importing(from, to)).toEqual([]);
});

test('DOC-4 types may cross where code may not', () => {
  const types = (path: string) => `import type { X } from '${path}';`;
  expect(importing('renderer/a.tsx', 'electron/api/router.ts', types('../electron/api/router.ts'))).toEqual(
    [],
  );
  expect(importing('renderer/a.tsx', 'electron/store/b.ts', types('../electron/store/b.ts'))).toHaveLength(1);
  expect(importing('electron/device/a.ts', 'electron/host/host.ts', types('../host/host.ts'))).toEqual([]);
  expect(importing('electron/sync/a.ts', 'electron/api/types.ts', types('../api/types.ts'))).toHaveLength(1);
  // The statement stays in the program when only its names are types.
  const halfWay = "import { type X } from '../electron/api/router.ts';";
  expect(importing('renderer/a.tsx', 'electron/api/router.ts', halfWay)).toHaveLength(1);
});

test.each([
  ['a re-export', "export { x } from '../api/b.ts';"],
  ['a re-export of all', "export * from '../api/b.ts';"],
  ['a bare import', "import '../api/b.ts';"],
  ['a late import', "const b = await import('../api/b.ts');"],
])('DOC-4 %s is an import', (_, statement) => {
  expect(importing('electron/store/a.ts', 'electron/api/b.ts', statement)).toHaveLength(1);
});

test('DOC-4 only main.ts and host/electron* import electron', () => {
  const source = "import { app } from 'electron';";
  expect(breaches({ 'electron/main.ts': source, 'electron/host/electron-keys.ts': source })).toEqual([]);
  expect(breaches({ 'electron/device/device.ts': source })).toHaveLength(1);
  expect(breaches({ 'electron/device/device.ts': "import type { App } from 'electron';" })).toHaveLength(1);
});

test('DOC-4 shared has no Node modules, but in shared/disk', () => {
  expect(breaches({ 'shared/crypto/a.ts': "import { randomBytes } from 'node:crypto';" })).toHaveLength(1);
  expect(breaches({ 'shared/disk/a.ts': "import { openSync } from 'node:fs';" })).toEqual([]);
});

test('DOC-4 cycles are found, those of types alone are none', () => {
  const files = {
    'cloud/a.ts': "import './b.ts';",
    'cloud/b.ts': "import './c.ts';",
    'cloud/c.ts': "import './a.ts';",
  };
  expect(breaches(files)).toEqual(['cycle: cloud/a.ts -> cloud/b.ts -> cloud/c.ts -> cloud/a.ts']);
  expect(breaches({ ...files, 'cloud/c.ts': "import type { A } from './a.ts';" })).toEqual([]);
});

test('DOC-4 an import of a file that is not there is said', () => {
  expect(breaches({ 'cloud/a.ts': "import './gone.ts';" })).toEqual([
    'cloud/a.ts: imports cloud/gone.ts, which does not exist',
  ]);
});
