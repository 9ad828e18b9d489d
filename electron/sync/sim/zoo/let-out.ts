/**
 * Lets one bug of the zoo out: the modules of device, cloud and simulation are loaded once more, with its one place changed, beside those
 * that are as they should be. Changes nothing on disk.
 *
 * [Note: loaded once] What is expensive to load and has no bug in it is shared: the library of cryptography, generated code, and what the
 * simulation remembers of signatures. Everything else that has a state of its own has one for each bug.
 */
import { readFileSync } from 'node:fs';
import { registerHooks, stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import { setUp } from '../stage.ts';
import type { story, Told } from '../story.ts';
import type { Bug } from './bug.ts';

const ROOT = new URL('../../../../', import.meta.url).href;
const TAG = 'bug';
const OURS = ['electron/', 'cloud/', 'shared/'].map((folder) => ROOT + folder);
const SHARED = [
  'shared/proto/gen/',
  'shared/crypto/sodium.ts',
  // What it throws: of another class, nothing that does not open would be known as that.
  'shared/crypto/errors.ts',
  'electron/sync/sim/remembering.ts',
].map((place) => ROOT + place);

/** By their number, which is the tag of their modules. */
const loose: Bug[] = [];
const stripped = new Map<string, string>();

function watchModules(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      const tag = tagOf(context.parentURL);
      const own = OURS.some((place) => resolved.url.startsWith(place));
      return tag === null || !own || SHARED.some((place) => resolved.url.startsWith(place))
        ? resolved
        : { ...resolved, url: `${resolved.url}?${TAG}=${tag}` };
    },
    load(url, context, next) {
      const tag = tagOf(url);
      const bug = tag === null ? undefined : loose[Number(tag)];
      const [file = url] = url.split('?');
      if (bug === undefined || !file.endsWith('.ts')) return next(url, context);
      return { format: 'module', source: sourceOf(file, bug), shortCircuit: true };
    },
  });
}

function tagOf(url: string | undefined): string | null {
  return url?.includes(`?${TAG}=`) === true ? new URL(url).searchParams.get(TAG) : null;
}

/** Types are taken out once for all bugs, and anew where one is. */
function sourceOf(url: string, bug: Bug): string {
  if (url === ROOT + bug.file) return stripTypeScriptTypes(withBug(bug));
  let source = stripped.get(url);
  if (source === undefined) {
    source = stripTypeScriptTypes(readFileSync(fileURLToPath(url), 'utf8'));
    stripped.set(url, source);
  }
  return source;
}

/** Its file as it is with the bug. Throws where the place is not there, or more than once. */
export function withBug({ name, file, find, instead }: Bug): string {
  const [before, after, ...more] = readFileSync(fileURLToPath(ROOT + file), 'utf8').split(find);
  if (before === undefined || after === undefined || more.length > 0) {
    const where = more.length > 0 ? 'more than once' : 'not';
    throw new Error(`"${name}": its place is ${where} in ${file}. Move the bug along with the code.`);
  }
  return before + instead + after;
}

export type Play = (seed: number, steps: number) => Promise<Told>;

/**
 * Stories of the simulation with a bug in it (null: with none), which all begin alike. Once per process. With none they are told by modules that
 * are loaded once more all the same: what fails then fails for that alone, and finds no bug.
 */
export async function openCages(): Promise<{ withOne(bug: Bug | null): Promise<Play> }> {
  const opening = await setUp();
  watchModules();
  return {
    async withOne(bug) {
      const number = bug === null ? 'none' : loose.push(bug) - 1;
      const changed = (await import(`../story.ts?${TAG}=${number}`)) as { story: typeof story };
      return (seed, steps) => changed.story({ seed, steps, opening });
    },
  };
}
