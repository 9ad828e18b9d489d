/** Child process of open.test.ts: writes until it is killed, and says each transaction's number once it is committed. */
import { sodiumReady } from '../../shared/crypto/sodium.ts';
import { getMeta, setMeta } from './meta.ts';
import { openStore } from './open.ts';
import { KEY, putMessage } from './store.testkit.ts';

await sodiumReady();
const store = openStore({ path: process.argv[2]!, key: KEY });
for (let batch = Number(getMeta(store, 'done') ?? -1) + 1; ; batch++) {
  store.write(() => {
    for (let i = 1; i <= 10; i++) putMessage(store, batch * 10 + i);
    setMeta(store, 'done', String(batch));
  });
  process.stdout.write(`${batch}\n`);
  if (batch % 5 === 0) store.checkpoint();
}
