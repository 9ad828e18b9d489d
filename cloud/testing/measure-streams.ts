/** What idle devices cost: `node cloud/testing/measure-streams.ts [devices]`. A cloud of its own process, real sockets. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cloud } from '../app.ts';
import { ORIGIN } from './clients.ts';
import { signUp } from './person.ts';

const devices = Number(process.argv[2] ?? 5_000);
const STREAMS = 4;
const dataDir = mkdtempSync(join(tmpdir(), 'lockstep-streams-'));
const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const child = spawn(process.execPath, [main, '--data', dataDir, '--port', '0'], {
  stdio: ['ignore', 'pipe', 'ignore'],
});
const [line] = (await once(child.stdout, 'data')) as [Buffer];
const url = /(http:\S+)/.exec(String(line))?.[1] ?? '';
let client = 0;
const cloud = {
  fetch: async (made: Request) => {
    const headers = new Headers(made.headers);
    headers.set('x-forwarded-for', `10.${client >> 16}.${(client >> 8) & 255}.${client++ & 255}`);
    return fetch(made.url.replace(ORIGIN, url), { method: 'POST', headers, body: await made.arrayBuffer() });
  },
} as unknown as Cloud;
const memory = (): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024;
const cpu = (): number => {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
};
const tokens: string[] = [];
for (let i = 0; i < devices / STREAMS; i++) tokens.push((await signUp(cloud, `p${i}@example.org`)).token);
const before = memory();
let open = 0;
for (const token of tokens)
  for (let i = 0; i < STREAMS; i++) {
    const call = request(`${url}/lockstep.cloud.v1.EventService/Watch`, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/connect+proto', authorization: `Bearer ${token}` },
    });
    call.end(new Uint8Array(5));
    const [answer] = await once(call, 'response');
    answer.resume();
    open += 1;
  }
await new Promise((resolve) => setTimeout(resolve, 2_000));
const after = memory();
const busy = cpu();
await new Promise((resolve) => setTimeout(resolve, 30_000));
console.log(
  `${open} streams: ${before.toFixed(0)} MiB before, ${after.toFixed(0)} MiB with them, ` +
    `${(((after - before) * 1024) / open).toFixed(1)} KiB each; ${(cpu() - busy).toFixed(2)} s of CPU in 30 s`,
);
child.kill('SIGTERM');
await once(child, 'close');
rmSync(dataDir, { recursive: true });
process.exit(0);
