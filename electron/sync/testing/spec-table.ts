/** The tables of docs/SPEC.md that say what each event makes of each state, for the tests that hold the engine against them. */
import { readFileSync } from 'node:fs';

export type Cell = { event: string; state: string; next: string; rules: string[] };

/** The table whose header begins with `| first |`; every cell is "next RULE-1 RULE-2", or "–" for no change. */
export function specTable(first: string, states: readonly string[]): Cell[] {
  const lines = readFileSync(new URL('../../../docs/SPEC.md', import.meta.url), 'utf8').split('\n');
  const header = `| ${[first, ...states].join(' | ')} |`;
  const start = lines.indexOf(header);
  if (start < 0) throw new Error(`docs/SPEC.md has no table "${header}".`);
  const rows: string[][] = [];
  for (const line of lines.slice(start + 2)) {
    if (!line.startsWith('|')) break;
    rows.push(
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  }
  return rows.flatMap(([event = '', ...cells]) =>
    states.map((state, index): Cell => {
      const text = cells[index] ?? '';
      const rules = text.match(/[A-Z]{2,5}-\d+/g) ?? [];
      const said = text.replace(/\s*[A-Z]{2,5}-\d+/g, '').trim();
      if (rules.length === 0 || said === '')
        throw new Error(`SPEC table: "${event}" × "${state}" says "${text}".`);
      return { event, state, next: said === '–' ? state : said, rules };
    }),
  );
}
