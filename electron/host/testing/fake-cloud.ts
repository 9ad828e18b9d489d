/** Stands in for cloud/main.ts in tests of the keeper alone: the same command line and the same line when it serves. */
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { data: { type: 'string' }, port: { type: 'string' }, host: { type: 'string' } },
});
const server = createServer((request, response) => {
  if (request.url === '/crash') process.exit(9);
  response.end(String(process.pid));
});
server.listen(Number(values.port), values.host, () =>
  console.log(`Cloud ready: http://127.0.0.1:${values.port}`),
);
process.on('SIGTERM', () => process.exit(0));
if (process.env.LOCKSTEP_END_WITH_STDIN === '1') process.stdin.on('end', () => process.exit(0)).resume();
