/** `npm run check:layers`: the rules of layers.ts over the repo. */
import { checkLayers } from './layers.ts';
import { readSources } from './sources.ts';

const sources = readSources('*.ts', '*.tsx', '*.mjs', '*.js');
const findings = checkLayers(sources);
for (const finding of findings) process.stderr.write(`${finding}\n`);
process.stdout.write(`${sources.size} files, ${findings.length} breaches of the layers.\n`);
process.exit(findings.length === 0 ? 0 : 1);
