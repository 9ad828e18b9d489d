/**
 * The wire's lock. The .proto files are what devices and clouds of different ages have in common, so a change of them is never
 * by the way: shared/proto/HISTORY.md has one line for each version with the hash of what it describes, and wire.binpb is the
 * description of the newest. `npm test` fails when the .proto files say something else, or something incompatible.
 *
 * `npm run wire -- "what changed"` checks that old devices can live with it, writes the line, the image and the version.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './node24.mjs';
import { type Outcome, run } from './run.ts';

export const IMAGE = 'shared/proto/wire.binpb';
export const HISTORY = 'shared/proto/HISTORY.md';
export const VERSION_FILE = 'shared/proto/version.ts';
const GENERATED = 'shared/proto/gen';

export type HistoryLine = { version: number; hash: string };

/** The table's rows, oldest first. */
export function readHistory(text: string): HistoryLine[] {
  return [...text.matchAll(/^\| (\d+) \| `([0-9a-f]{64})` \|/gm)].map((row) => ({
    version: Number(row[1]),
    hash: row[2] ?? '',
  }));
}

/** What is wrong between the .proto files' hash, the history and the version in code: null when nothing is. */
export function judgeHistory(hash: string, history: HistoryLine[], version: number): string | null {
  const newest = history.at(-1);
  if (newest === undefined) return `${HISTORY} has no version.`;
  const jump = history.findIndex((line, index) => line.version !== index + 1);
  if (jump >= 0) return `${HISTORY}: line ${jump + 1} of the table should be version ${jump + 1}.`;
  if (newest.version !== version)
    return `${VERSION_FILE} says ${version}, ${HISTORY} ends with ${newest.version}.`;
  if (newest.hash !== hash)
    return `The .proto files changed. If that is meant: npm run wire -- "what changed"`;
  return null;
}

/** The wire as bytes without its comments, and the hash of that. */
export async function describeWire(): Promise<{ image: Buffer; hash: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-wire-'));
  try {
    const path = join(folder, 'wire.binpb');
    const built = await run('buf', ['build', '--exclude-source-info', '--output', path]);
    if (!built.ok) throw new Error(built.output);
    const image = readFileSync(path);
    return { image, hash: createHash('sha256').update(image).digest('hex') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const checkBreaking = (): Promise<Outcome> => run('buf', ['breaking', '--against', IMAGE]);

/** The names of generated files that differ from what the .proto files give now. */
export async function staleGenerated(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-gen-'));
  try {
    const generated = await run('buf', ['generate', '--output', folder]);
    if (!generated.ok) throw new Error(generated.output);
    const now = readTree(join(root, GENERATED));
    const fresh = readTree(join(folder, GENERATED));
    return [...new Set([...now.keys(), ...fresh.keys()])]
      .filter((name) => now.get(name) !== fresh.get(name))
      .sort();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readTree(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' });
  return new Map(
    files
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]),
  );
}
