/** `npm run check:types`: the programs, each with the types of the runtime it lives in. */
import { run } from './run.ts';

const PROGRAMS = {
  'shared (anywhere)': 'shared',
  'cloud, electron, scripts, tests (Node)': '.',
  'renderer (window)': 'renderer',
  'e2e (Node, and what it runs in pages)': 'e2e',
};

let failed = 0;
for (const [name, project] of Object.entries(PROGRAMS)) {
  const { ok, output } = await run('tsc', ['--project', project, '--pretty', 'false']);
  process.stdout.write(`${ok ? 'ok    ' : 'wrong '} ${name}\n${ok ? '' : output}`);
  if (!ok) failed++;
}
process.exit(failed === 0 ? 0 : 1);
