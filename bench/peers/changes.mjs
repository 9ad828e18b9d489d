/** How a peer's changes are timed: alone first, then while others take everything from the same server, one after the other. */
import { quantile } from '../stats.ts';
import { finish } from '../support/child.ts';

/** `change(index)`: makes one and gives the milliseconds until it shows. `take(which)`: a first sync; gives, when all is here, what puts it away. */
export async function timeChanges(changes, change, take) {
  const idle = [];
  for (let index = 0; index < changes; index += 1) idle.push(await change(index));
  const during = [];
  for (let syncs = 0; during.length < changes; syncs += 1) {
    let over = false;
    const taken = take(syncs).then((putAway) => {
      over = true;
      return putAway;
    });
    while (!over && during.length < changes) during.push(await change(changes + during.length));
    await (await taken)();
  }
  finish({
    pinP50Ms: quantile(idle, 0.5),
    pinP95Ms: quantile(idle, 0.95),
    duringP50Ms: quantile(during, 0.5),
    duringP95Ms: quantile(during, 0.95),
    duringCount: during.length,
  });
}
