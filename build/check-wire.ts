/** `npm run check:wire`: the .proto files are in order, their code is fresh, and they say what their newest version says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WIRE_VERSION } from '../shared/proto/version.ts';
import { root } from './node24.mjs';
import { run } from './run.ts';
import { checkBreaking, describeWire, HISTORY, judgeHistory, readHistory, staleGenerated } from './wire.ts';

const findings: string[] = [];

const lint = await run('buf', ['lint']);
if (!lint.ok) findings.push(lint.output);

const stale = await staleGenerated();
if (stale.length > 0) findings.push(`Not fresh (npm run generate): ${stale.join(', ')}`);

const { hash } = await describeWire();
const judged = judgeHistory(hash, readHistory(readFileSync(join(root, HISTORY), 'utf8')), WIRE_VERSION);
if (judged !== null) findings.push(judged);

const breaking = await checkBreaking();
if (!breaking.ok) findings.push(`Older devices could not live with this:\n${breaking.output}`);

for (const finding of findings) process.stderr.write(`${finding}\n`);
process.exit(findings.length === 0 ? 0 : 1);
