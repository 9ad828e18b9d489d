/**
 * `node electron/sync/sim/spec-counts.ts RUN.json …`: adds those runs (of `npm run sim -- --json RUN.json`) to what was counted before
 * (counted.json) and writes the sums into docs/SPEC.md, between its two marks. Without a file: the table again. With one run that was counted
 * before it ends with an error, and nothing is written.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { writeBetween } from '../testing/between-marks.ts';
import { addRun, COUNTED, faultTable, type Run, readCounted } from './counted.ts';

const SPEC = new URL('../../../docs/SPEC.md', import.meta.url);

const runs = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')) as Run);
const counted = runs.reduce(addRun, readCounted());
writeFileSync(COUNTED, `${JSON.stringify(counted, null, 2)}\n`);
writeBetween(SPEC, '<!-- faults of the simulation -->', '<!-- end of faults -->', faultTable(counted));
