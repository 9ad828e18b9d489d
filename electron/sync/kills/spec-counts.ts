/**
 * `node electron/sync/kills/spec-counts.ts RUN.json …`: adds those runs (of `npm run kills -- --json RUN.json`) to what was counted before
 * (counted.json) and writes the sums into docs/SPEC.md, between its two marks. Without a file: the table again. With one run that was counted
 * before it ends with an error, and nothing is written.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { writeBetween } from '../testing/between-marks.ts';
import { addReport, COUNTED, killTable, readCounted } from './counted.ts';
import type { Report } from './plan.ts';

const SPEC = new URL('../../../docs/SPEC.md', import.meta.url);

const reports = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')) as Report);
const counted = reports.reduce(addReport, readCounted());
writeFileSync(COUNTED, `${JSON.stringify(counted, null, 2)}\n`);
writeBetween(SPEC, '<!-- kills -->', '<!-- end of kills -->', killTable(counted));
