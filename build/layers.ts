/**
 * The layers of the program, as rules over imports: who may import whom. `npm test` runs them (check-layers.ts); the
 * table below is the whole policy. `docs/decisions/0002-layers-checked-by-us.md` says why this is not a tool off the shelf.
 *
 * Pure: takes sources, gives findings. Type-only imports are told apart, since they leave no trace in the program.
 */
import { parseSync } from 'oxc-parser';

export type Import = {
  from: string;
  /** A path in the repo, `npm:name` or `node:name`. */
  to: string;
  typeOnly: boolean;
};

type Rule = {
  says: string;
  forbids: (one: Import) => boolean;
};

const isTest = (path: string) => /\.(test|spec)\.tsx?$/.test(path) || path.includes('/testing/');
const inside = (path: string, ...folders: string[]) =>
  folders.some((folder) => path.startsWith(`${folder}/`));
const layer = (path: string) => path.slice(0, path.indexOf('/'));
const COMPOSITION_ROOTS = ['electron/main.ts', 'electron/browser.ts'];

export const RULES: Rule[] = [
  {
    says: 'shared imports nothing of the other layers',
    forbids: ({ from, to }) => inside(from, 'shared') && isOurs(to) && !inside(to, 'shared'),
  },
  {
    says: 'shared runs anywhere: no Node modules, but in shared/disk',
    forbids: ({ from, to }) =>
      inside(from, 'shared') && !inside(from, 'shared/disk') && to.startsWith('node:') && !isTest(from),
  },
  {
    says: 'shared/disk is for device and cloud: nothing else of shared imports it',
    forbids: ({ from, to }) =>
      inside(from, 'shared') && !inside(from, 'shared/disk') && inside(to, 'shared/disk') && !isTest(from),
  },
  {
    says: 'cloud imports cloud and shared',
    forbids: ({ from, to }) => inside(from, 'cloud') && isOurs(to) && !inside(to, 'cloud', 'shared'),
  },
  {
    says: 'electron imports electron and shared (its tests, the simulator and the crash tests also the cloud)',
    forbids: ({ from, to }) =>
      inside(from, 'electron') &&
      isOurs(to) &&
      !inside(to, 'electron', 'shared') &&
      !(inside(to, 'cloud') && (isTest(from) || inside(from, 'electron/sync/sim', 'electron/sync/kills'))),
  },
  {
    says: 'renderer imports renderer, and from electron/api types only',
    forbids: ({ from, to, typeOnly }) =>
      inside(from, 'renderer') &&
      isOurs(to) &&
      !inside(to, 'renderer') &&
      !(typeOnly && inside(to, 'electron/api')),
  },
  {
    says: 'store and sync know nothing of api, device or host, not even their types',
    forbids: ({ from, to }) =>
      inside(from, 'electron/store', 'electron/sync') &&
      inside(to, 'electron/api', 'electron/device', 'electron/host'),
  },
  {
    says: 'only main.ts and browser.ts import host implementations (others: the interface in host/host.ts, as a type)',
    forbids: ({ from, to, typeOnly }) =>
      inside(to, 'electron/host') &&
      !inside(from, 'electron/host') &&
      !COMPOSITION_ROOTS.includes(from) &&
      !isTest(from) &&
      !['build', 'e2e', 'bench', 'fuzz', 'compat'].includes(layer(from)) &&
      !(typeOnly && to === 'electron/host/host.ts'),
  },
  {
    says: 'nothing imports a composition root',
    forbids: ({ from, to }) => [...COMPOSITION_ROOTS, 'cloud/main.ts'].includes(to) && !isTest(from),
  },
  {
    says: 'only main.ts and host/electron* import electron',
    forbids: ({ from, to }) =>
      to === 'npm:electron' &&
      from !== 'electron/main.ts' &&
      !from.startsWith('electron/host/electron') &&
      !isTest(from),
  },
  {
    says: 'the program imports neither scripts, stories, benchmarks nor fuzzing',
    forbids: ({ from, to }) =>
      ['shared', 'cloud', 'electron', 'renderer'].includes(layer(from)) &&
      inside(to, 'build', 'e2e', 'bench', 'fuzz', 'compat') &&
      !isTest(from),
  },
];

const isOurs = (to: string) => !to.startsWith('npm:') && !to.startsWith('node:');

/** All findings, one line each: empty when the layers hold. `sources`: path in the repo to text. */
export function checkLayers(sources: ReadonlyMap<string, string>): string[] {
  const findings: string[] = [];
  const imports: Import[] = [];
  for (const [path, text] of sources) {
    for (const one of readImports(path, text)) {
      if (isOurs(one.to) && !sources.has(one.to))
        findings.push(`${path}: imports ${one.to}, which does not exist`);
      else imports.push(one);
    }
  }
  for (const rule of RULES) {
    for (const one of imports) if (rule.forbids(one)) findings.push(`${one.from} -> ${one.to}: ${rule.says}`);
  }
  for (const cycle of findCycles(imports)) findings.push(`cycle: ${cycle.join(' -> ')}`);
  return findings;
}

function readImports(path: string, text: string): Import[] {
  const { module, errors } = parseSync(path, text);
  const worst = errors.find((error) => error.severity === 'Error');
  if (worst !== undefined) throw new Error(`${path}: ${worst.message}`);
  const found: Import[] = [];
  const add = (specifier: string, typeOnly: boolean) => {
    const to = resolve(path, specifier);
    if (to !== null) found.push({ from: path, to, typeOnly });
  };
  for (const one of module.staticImports) {
    // `import 'x'` has no entries and runs x; `import { type A }` under verbatimModuleSyntax runs it too.
    const statement = text.slice(one.start, one.end);
    add(one.moduleRequest.value, /^import\s+type\b/.test(statement));
  }
  for (const one of module.staticExports) {
    const from = one.entries.find((entry) => entry.moduleRequest !== null)?.moduleRequest;
    if (from) add(from.value, /^export\s+type\b/.test(text.slice(one.start, one.end)));
  }
  for (const one of module.dynamicImports) {
    const literal = /^(['"])(.*)\1$/.exec(text.slice(one.moduleRequest.start, one.moduleRequest.end));
    if (literal?.[2] !== undefined) add(literal[2], false);
  }
  // `import('./x.ts').Type` in a type position is no import expression, and leaves no trace either.
  return found;
}

/** Null: not code (a style sheet, a picture, a query of the bundler). */
function resolve(from: string, specifier: string): string | null {
  if (specifier.startsWith('node:')) return specifier;
  if (!specifier.startsWith('.'))
    return `npm:${specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/')}`;
  if (!/\.(ts|tsx|js|mjs)$/.test(specifier)) return null;
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** Cycles of imports that run; those of types alone are harmless. Each is given once, from its first file by name. */
function findCycles(imports: Import[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to, typeOnly } of imports) {
    if (!typeOnly && isOurs(to)) next.set(from, [...(next.get(from) ?? []), to]);
  }
  const cycles: string[][] = [];
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (path: string) => {
    const at = way.indexOf(path);
    if (at >= 0) cycles.push([...way.slice(at), path]);
    if (at >= 0 || done.has(path)) return;
    way.push(path);
    for (const to of next.get(path) ?? []) visit(to);
    way.pop();
    done.add(path);
  };
  for (const path of [...next.keys()].sort()) visit(path);
  return cycles;
}
