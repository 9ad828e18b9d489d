/** Writes what was measured: results.json, and the tables and the picture of docs/PERFORMANCE.md between two marks. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { writeBetween } from '../electron/sync/testing/between-marks.ts';
import { floorRows } from './floors.ts';
import { growthPicture } from './picture.ts';

export type Result = {
  part: string;
  name: string;
  /** Messages, records or streams. */
  size: number;
  runs: number;
  /** The busiest minute of the machine (load average) meanwhile, everything included. */
  load: number;
  at: string;
  median: Record<string, number>;
};

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const RESULTS = here('./results.json');
const PAGE = here('../docs/PERFORMANCE.md');
const PICTURE = here('../docs/images/performance.svg');
const BEGIN = '<!-- measured: written by npm run bench -->';
const END = '<!-- /measured -->';

export function readResults(): Result[] {
  if (!existsSync(RESULTS)) return [];
  return (JSON.parse(readFileSync(RESULTS, 'utf8')) as { results: Result[] }).results;
}

/** The last of each measurement counts. */
export function writeReport(all: readonly Result[]): void {
  const last = new Map(all.map((one) => [`${one.part}|${one.name}|${one.size}`, one]));
  const results = [...last.values()].sort(
    (a, b) => ORDER.indexOf(a.part) - ORDER.indexOf(b.part) || a.size - b.size,
  );
  const machine = {
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    processors: cpus().length,
    processor: cpus()[0]?.model ?? '',
    memoryGb: Math.round(totalmem() / 2 ** 30),
  };
  writeFileSync(RESULTS, `${JSON.stringify({ machine, results }, null, 2)}\n`);
  writeFileSync(PICTURE, growthPicture(results));
  writeBetween(PAGE, BEGIN, END, `\n${tables(results, machine)}`);
}

const ORDER = ['first sync', 'change', 'upload', 'push', 'idle', 'store', 'start', 'scroll'];

/** Names of numbers as people read them, in the order of the columns. */
const COLUMNS: Record<string, string> = {
  seconds: 's',
  perSecond: 'a second',
  newest200Ms: 'newest 200, ms',
  signInMs: 'sign-in before it, ms',
  pinP50Ms: 'idle p50, ms',
  pinP95Ms: 'p95, ms',
  duringP50Ms: 'during a first sync p50, ms',
  duringP95Ms: 'p95, ms   ',
  duringCount: 'changes then',
  intoSyncMs: 'to the syncing device itself, ms',
  messageP50Ms: 'from a person p50, ms',
  messageP95Ms: 'p95, ms ',
  p50Ms: 'p50, ms',
  p95Ms: 'p95, ms',
  perCloudCpuSecond: 'a CPU second of the cloud',
  importPerSecond: 'import before it, a second',
  coldOpenUs: 'first open, µs',
  openUs: 'open, µs',
  bareOpenUs: 'bare',
  pageBackUs: 'page back, µs',
  barePageBackUs: 'bare ',
  unreadUs: 'unread, µs',
  bareUnreadUs: 'bare  ',
  listUs: 'list of 1,000, µs',
  bareListUs: 'bare   ',
  searchUs: 'search, µs',
  servesMs: 'serves, ms',
  listedMs: 'list answered, ms',
  hostCpuS: "app's CPU s",
  hostPeakMb: "app's MB",
  openMs: 'opened, ms',
  messagesPassed: 'messages passed',
  frames: 'frames',
  over16Percent: '% over 16 ms',
  over32Percent: '% over 32 ms',
  p95FrameMs: 'p95 frame, ms',
  worstFrameMs: 'worst, ms',
  cpuS: 'CPU s',
  cloudCpuS: "cloud's CPU s",
  peakMb: 'peak MB',
  cloudPeakMb: "cloud's peak MB",
  cloudMb: "cloud's MB",
  kbEach: 'KB each',
  cloudCpuPercent: '% of a core',
  diskMb: 'MB on disk',
};
/** The measuring process's own, where that is not what is measured. */
const NOT_SHOWN: Record<string, string[]> = {
  change: ['cpuS', 'peakMb'],
  idle: ['cpuS', 'peakMb'],
  push: ['cpuS', 'peakMb'],
  start: ['cpuS', 'peakMb'],
  scroll: ['cpuS', 'peakMb'],
};
const TITLES: Record<string, string> = {
  'first sync': 'First sync to a new device',
  change: 'A change, until the other device shows it',
  upload: 'Upload of what a device holds',
  push: 'Pushes that the cloud takes',
  idle: 'Idle devices on the poke stream',
  store: 'The store, beside bare SQL on the same file',
  start: 'Start of the app',
  scroll: 'Scrolling up in Chromium',
};

function tables(results: readonly Result[], machine: Record<string, string | number>): string {
  const lines = [
    `Node ${machine['node']}, ${machine['platform']}, ${machine['processors']} processors (${machine['processor']}), ${machine['memoryGb']} GB.`,
    '',
    '| what | floor | measured | reached |',
    '|---|---|---|---|',
    ...floorRows(results),
    '',
    '![How each cost grows](images/performance.svg)',
  ];
  for (const part of ORDER) {
    const rows = results.filter((one) => one.part === part);
    if (rows.length === 0) continue;
    const hidden = NOT_SHOWN[part] ?? [];
    const columns = Object.keys(COLUMNS).filter(
      (name) => !hidden.includes(name) && rows.some(({ median }) => median[name] !== undefined),
    );
    lines.push('', `### ${TITLES[part]}`, '');
    lines.push(`| | size | ${columns.map((name) => COLUMNS[name]!.trim()).join(' | ')} | runs | load |`);
    lines.push(`|---|--:|${columns.map(() => '--:').join('|')}|--:|--:|`);
    for (const { name, size, median, runs, load } of rows) {
      const cells = columns.map((column) => told(median[column]));
      lines.push(
        `| ${name} | ${size.toLocaleString('en')} | ${cells.join(' | ')} | ${runs} | ${load.toFixed(1)} |`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

function told(value: number | undefined): string {
  if (value === undefined) return '';
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}
