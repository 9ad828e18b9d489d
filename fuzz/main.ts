/**
 * `npm run fuzz -- --inputs 100000 [--minutes M] [--target NAME]… [--from SEED] [--keep]`: more inputs than `npm test` runs, of every target or of those named.
 * What fails is written into the corpus, where every later run begins with it. `--keep` also keeps an example of each thing that inputs led to
 * and that the corpus has no example of. `--minutes`: no target takes longer, and each says how many inputs it ran.
 */
import { parseArgs } from 'node:util';
import { keep } from './corpus.ts';
import { TARGETS } from './targets.ts';
import { watchTarget } from './watch.ts';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '100000' },
    from: { type: 'string', default: '0' },
    minutes: { type: 'string' },
    target: { type: 'string', multiple: true },
    keep: { type: 'boolean', default: false },
  },
});
const inputs = Number(values.inputs);
const from = Number(values.from);
const minutes = values.minutes === undefined ? undefined : Number(values.minutes);
const unknown = (values.target ?? []).filter((name) => !TARGETS.some((target) => target.name === name));
if (!Number.isInteger(inputs) || !Number.isInteger(from) || inputs < 1 || unknown.length > 0) {
  process.stderr.write(
    `Usage: npm run fuzz -- [--inputs N] [--minutes M] [--from SEED] [--keep] [--target NAME]…\nTargets: ${TARGETS.map(({ name }) => name).join(', ')}\n`,
  );
  process.exit(2);
}

let failed = 0;
for (const target of TARGETS) {
  if (values.target !== undefined && !values.target.includes(target.name)) continue;
  const began = Date.now();
  const outcome = await watchTarget(target, { inputs, from, examples: values.keep, minutes });
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  const led = Object.entries(outcome.led).sort((a, b) => b[1] - a[1]);
  process.stdout.write(
    `${target.name}: ${outcome.ran} inputs, ${outcome.found.length} found, ${seconds} s, ${Math.round(outcome.growth / 1024)} KiB more\n` +
      `  ${led.map(([word, times]) => `${word} ${times}`).join(', ')}\n`,
  );
  for (const found of outcome.found) {
    failed += 1;
    const path = found.input.length === 0 ? null : keep(target, `found ${found.what}`, found.input);
    process.stdout.write(
      `  FOUND ${found.what}, seed ${found.seed} ${path ?? ''}\n${found.detail.replace(/^/gm, '    ')}\n`,
    );
  }
  for (const [word, example] of Object.entries(outcome.examples)) {
    const path = word === 'CRASH' ? null : keep(target, word, example);
    if (path !== null) process.stdout.write(`  kept ${path}\n`);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
