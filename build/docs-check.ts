/** Reads the documents as promises: rules that tests must cite, and links to files that must be there. Pure. */
import { posix } from 'node:path';

/** `**ZON-4** text` in SPEC.md; `~~**ZON-4**~~` is struck out: its number stays taken, and needs no test. */
export function readRules(spec: string): { id: string; struck: boolean }[] {
  return [...spec.matchAll(/(~~)?\*\*([A-Z]{2,5}-\d+)\*\*/g)].map((found) => ({
    id: found[2] ?? '',
    struck: found[1] !== undefined,
  }));
}

/** The rule ids in the titles of tests, of suites and of `test.each` tables' titles. */
export function readCitations(source: string): Set<string> {
  const cited = new Set<string>();
  const title = /\b(?:test|it|describe)\b[^'"`\n;]*?\(\s*(?:'([^'\n]*)'|"([^"\n]*)"|`([^`]*)`)/g;
  // After a table: `])('ZON-1 …', …)`.
  const afterTable = /\]\s*(?:as const\s*)?\)\(\s*(?:'([^'\n]*)'|"([^"\n]*)"|`([^`]*)`)/g;
  for (const pattern of [title, afterTable]) {
    for (const found of source.matchAll(pattern)) {
      for (const id of (found[1] ?? found[2] ?? found[3] ?? '').match(/\b[A-Z]{2,5}-\d+\b/g) ?? [])
        cited.add(id);
    }
  }
  return cited;
}

export function judgeRules(spec: string, tests: Iterable<string>): string[] {
  const findings: string[] = [];
  const seen = new Set<string>();
  const rules = readRules(spec);
  for (const { id } of rules) {
    if (seen.has(id)) findings.push(`${id} stands twice in SPEC.md`);
    seen.add(id);
  }
  const cited = new Set<string>();
  for (const source of tests) for (const id of readCitations(source)) cited.add(id);
  for (const { id, struck } of rules)
    if (!struck && !cited.has(id)) findings.push(`${id} is cited by no test's title`);
  const prefixes = new Set([...seen].map((id) => id.slice(0, id.indexOf('-'))));
  for (const id of cited) {
    if (!seen.has(id) && prefixes.has(id.slice(0, id.indexOf('-'))))
      findings.push(`a test cites ${id}, which SPEC.md does not have`);
  }
  return findings;
}

/** Relative links, and paths in code quotes that begin with one of the repo's folders, of a document at `path`. */
export function readPaths(path: string, text: string): string[] {
  const folder = posix.dirname(path);
  const outsideBlocks = text.replace(/^```[\s\S]*?^```/gm, '');
  const links = [...outsideBlocks.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map((found) => found[1] ?? '')
    .filter((to) => !/^[a-z]+:/.test(to))
    .map((to) => posix.normalize(posix.join(folder, to)));
  const quoted = [
    ...outsideBlocks.matchAll(/`((?:shared|electron|renderer|cloud|build|e2e|docs|bench)\/[\w./-]*)`/g),
  ].map((found) => found[1] ?? '');
  return [...new Set([...links, ...quoted])].map((found) => found.replace(/\/$/, ''));
}
