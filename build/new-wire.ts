/** `npm run wire -- "what changed"`: makes what the .proto files say now the next version of the wire. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './node24.mjs';
import { run } from './run.ts';
import { checkBreaking, describeWire, HISTORY, IMAGE, readHistory, VERSION_FILE } from './wire.ts';

const said = process.argv.slice(2).join(' ').trim();
const stop = (why: string): never => {
  process.stderr.write(`${why}\n`);
  process.exit(1);
};

if (said === '' || said.includes('|')) stop('Say in one line what changed: npm run wire -- "what changed"');

const breaking = await checkBreaking();
if (!breaking.ok)
  stop(
    `Older devices could not live with this; add new fields instead of changing old ones:\n${breaking.output}`,
  );

const generated = await run('buf', ['generate']);
if (!generated.ok) stop(generated.output);

const { image, hash } = await describeWire();
const text = readFileSync(join(root, HISTORY), 'utf8');
const newest = readHistory(text).at(-1);
if (newest?.hash === hash) stop(`Nothing changed since version ${newest.version}.`);

const version = (newest?.version ?? 0) + 1;
writeFileSync(join(root, HISTORY), `${text.trimEnd()}\n| ${version} | \`${hash}\` | ${said} |\n`);
writeFileSync(join(root, IMAGE), image);
const versionFile = join(root, VERSION_FILE);
writeFileSync(
  versionFile,
  readFileSync(versionFile, 'utf8').replace(/WIRE_VERSION = \d+/, `WIRE_VERSION = ${version}`),
);
process.stdout.write(
  `The wire is now version ${version}. What it writes is kept for later ones: npm run golden\n`,
);
