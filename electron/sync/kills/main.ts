/**
 * `npm run kills -- --kills N --from S [--json FILE]`: more of the crash tests than `npm test` has time for. `--lanes`: so many scenes at
 * once. `--minutes`: no kill is begun after that. `--record`: see record.ts.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { bundle } from './bundle.ts';
import { runKills } from './plan.ts';
import { endAll } from './processes.ts';
import { record } from './record.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '300' },
    from: { type: 'string', default: '1' },
    lanes: { type: 'string', default: '3' },
    minutes: { type: 'string', default: '1000000' },
    json: { type: 'string' },
    record: { type: 'boolean', default: false },
  },
});
const print = (line: string) => process.stdout.write(`${line}\n`);

await sodiumReady();
const scripts = await bundle();
process.on('exit', () => {
  endAll();
  scripts.remove();
});
process.on('SIGTERM', () => process.exit(1));
process.on('SIGINT', () => process.exit(1));

if (values.record) {
  await record(scripts, 2, print);
  process.exit(0);
}
const began = performance.now();
const report = await runKills(scripts, {
  kills: Number(values.kills),
  from: Number(values.from),
  lanes: Number(values.lanes),
  until: Date.now() + Number(values.minutes) * 60_000,
  said: print,
});
if (report.missed.length > 0) print(`never reached: ${report.missed.join('; ')}`);
const seconds = (performance.now() - began) / 1000;
print(`${report.kills} kills in ${seconds.toFixed(0)} s, ${report.problems.length} problems`);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 1)}\n`);
process.exit(report.problems.length === 0 && report.missed.length === 0 ? 0 : 1);
