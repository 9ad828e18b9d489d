/** How each cost grows with the size: lines on two logarithmic scales, as SVG. A straight line at 45 degrees grows as the size does. */
import type { Result } from './report.ts';

const WIDTH = 860;
const HEIGHT = 420;
const LEFT = 70;
const RIGHT = 290;
const TOP = 30;
const BOTTOM = 50;
const COLOURS = [
  '#0a6cff',
  '#7a7a80',
  '#b0b0b6',
  '#d9480f',
  '#2b8a3e',
  '#9c36b5',
  '#e67700',
  '#0b7285',
  '#c2255c',
];

type Line = { name: string; points: [number, number][] };

/** Milliseconds, so that all of them fit one picture. */
function linesOf(results: readonly Result[]): Line[] {
  const lines = new Map<string, [number, number][]>();
  const add = (name: string, size: number, ms: number | undefined) => {
    if (ms !== undefined && ms > 0 && size > 0) lines.set(name, [...(lines.get(name) ?? []), [size, ms]]);
  };
  for (const { part, name, size, median } of results) {
    if (part === 'first sync') add(`first sync: ${name}`, size, median['seconds']! * 1000);
    if (part === 'change' && name === 'Lockstep') add('change: Lockstep, p50', size, median['pinP50Ms']);
    if (part === 'store') add('open a conversation', size, median['openUs']! / 1000);
    if (part === 'store') add('list 1,000 conversations', size, median['listUs']! / 1000);
    if (part === 'start') add('start of the app', size, median['listedMs']);
  }
  return [...lines].map(([name, points]) => ({ name, points }));
}

export function growthPicture(results: readonly Result[]): string {
  const lines = linesOf(results);
  const all = lines.flatMap(({ points }) => points);
  const range = (values: number[]) => [
    Math.floor(Math.log10(Math.min(...values))),
    Math.ceil(Math.log10(Math.max(...values))),
  ];
  const [x0, x1] = all.length === 0 ? [3, 6] : (range(all.map(([size]) => size)) as [number, number]);
  const [y0, y1] = all.length === 0 ? [0, 5] : (range(all.map(([, ms]) => ms)) as [number, number]);
  const x = (size: number) =>
    LEFT + ((Math.log10(size) - x0!) / Math.max(1, x1! - x0!)) * (WIDTH - LEFT - RIGHT);
  const y = (ms: number) =>
    HEIGHT - BOTTOM - ((Math.log10(ms) - y0!) / Math.max(1, y1! - y0!)) * (HEIGHT - TOP - BOTTOM);
  const parts: string[] = [];
  for (let power = x0!; power <= x1!; power += 1) {
    const at = x(10 ** power).toFixed(1);
    parts.push(`<line x1="${at}" y1="${TOP}" x2="${at}" y2="${HEIGHT - BOTTOM}" stroke="#e3e3e8"/>`);
    parts.push(
      `<text x="${at}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${(10 ** power).toLocaleString('en')}</text>`,
    );
  }
  for (let power = y0!; power <= y1!; power += 1) {
    const at = y(10 ** power).toFixed(1);
    parts.push(`<line x1="${LEFT}" y1="${at}" x2="${WIDTH - RIGHT}" y2="${at}" stroke="#e3e3e8"/>`);
    parts.push(
      `<text x="${LEFT - 8}" y="${Number(at) + 4}" text-anchor="end">${duration(10 ** power)}</text>`,
    );
  }
  for (const [index, { name, points }] of lines.entries()) {
    const colour = COLOURS[index % COLOURS.length];
    const sorted = [...points].sort(([a], [b]) => a - b);
    const path = sorted.map(([size, ms]) => `${x(size).toFixed(1)},${y(ms).toFixed(1)}`).join(' ');
    parts.push(`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    for (const [size, ms] of sorted)
      parts.push(`<circle cx="${x(size).toFixed(1)}" cy="${y(ms).toFixed(1)}" r="3.5" fill="${colour}"/>`);
    const at = TOP + 6 + index * 20;
    parts.push(`<rect x="${WIDTH - RIGHT + 20}" y="${at}" width="12" height="4" fill="${colour}"/>`);
    parts.push(`<text x="${WIDTH - RIGHT + 38}" y="${at + 6}">${name}</text>`);
  }
  const middle = (LEFT + WIDTH - RIGHT) / 2;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" fill="#333">
<title>How each cost grows with the number of messages</title>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
${parts.join('\n')}
<text x="${middle}" y="${HEIGHT - 10}" text-anchor="middle">messages</text>
</svg>
`;
}

function duration(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toLocaleString('en')} s`;
  return ms >= 1 ? `${ms} ms` : `${ms * 1000} µs`;
}
