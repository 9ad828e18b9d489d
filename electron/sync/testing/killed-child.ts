/**
 * Child process of kill.test.ts: a device on real files that kills itself (SIGKILL) at a named point.
 *
 * Arguments: database, key in hex, the cloud's address, the point. A point is `before|after <call>` (the request to the cloud, or its
 * answer as it arrives) or `before|after commit <call>` (the first COMMIT after that call's answer).
 * Lines on stdin are commands; lines on stdout are what became of them, and `status <JSON>`.
 */

import { createInterface } from 'node:readline';
import { systemRandom } from '../../../shared/crypto/random.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { openStore } from '../../store/open.ts';
import { opaqueHere } from '../account/opaque-steps.ts';
import { createSyncCore } from '../core.ts';

const [path = '', key = '', cloud = '', point = ''] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);
const die = () => process.kill(process.pid, 'SIGKILL');
const [when, what, of] = point.split(' ');

await sodiumReady();
const store = openStore({ path, key: new Uint8Array(Buffer.from(key, 'hex')) });

let armed = false;
if (what === 'commit') {
  const exec = store.db.exec.bind(store.db);
  store.db.exec = (sql) => {
    const hit = armed && sql === 'COMMIT';
    if (hit && when === 'before') die();
    const result = exec(sql);
    if (hit) die();
    return result;
  };
}

const core = createSyncCore({
  store,
  fetch: async (input, init) => {
    const asked = new Request(input, init);
    const url = new URL(asked.url);
    const call = url.pathname.split('/').at(-1);
    if (when === 'before' && what === call) die();
    const body = asked.method === 'POST' ? await asked.arrayBuffer() : null;
    const response = await fetch(`${cloud}${url.pathname}`, {
      method: asked.method,
      headers: asked.headers,
      body,
      signal: asked.signal,
    });
    if (call !== 'Watch') {
      // The answer is here whole.
      const bytes = await response.arrayBuffer();
      if (when === 'after' && what === call) die();
      if (of === call) armed = true;
      return new Response(bytes, { status: response.status, headers: response.headers });
    }
    return response;
  },
  clock: { now: () => Date.now() },
  random: systemRandom,
  openOpaque: () => opaqueHere,
  emit: (event) => {
    if (event.type === 'status') say(`status ${JSON.stringify(event.status)}`);
  },
  onFailure: (step, kind, detail) => say(`failure ${step} ${kind} ${detail}`),
});
core.start();
say(`status ${JSON.stringify(core.status())}`);

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line) as Parameters<typeof core.execute>[0];
  core.execute(command).then(
    () => say(`done ${line}`),
    (error: unknown) => say(`refused ${line} ${String(error)}`),
  );
}
