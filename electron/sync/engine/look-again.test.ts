/** What may have been accepted long ago, and is looked for in the mailbox before it is sent. */
import { expect, test } from 'vitest';
import { settled } from '../testing/engine-bench.ts';

test('OUT-26 what is looked for while mail is coming is looked for after a while, or once all of it is here, and not with each page', () => {
  const bench = settled().send({ type: 'mailPoke' });
  bench.done('receive', { more: true, waits: false, aside: false }).dirty(0, 0, 1);
  bench.done('receive', { more: true, waits: false, aside: false });
  expect(bench.names().at(-1)).toBe('send');
  const comes = () => bench.done('send', { nextAt: bench.now + 5_000, lookAgainAt: bench.now + 5_000 });
  comes();
  for (let page = 0; page < 5; page += 1) {
    expect(bench.names()).toEqual(['receive']);
    // As each step counts anew.
    bench.dirty(0, 0, 1).done('receive', { more: true, waits: false, aside: false });
  }
  expect(bench.names()).toEqual(['receive']);
  bench.now += 5_000;
  bench.done('receive', { more: true, waits: false, aside: false });
  expect(bench.names()).toEqual(['send']);
  comes();
  bench.dirty(0, 0, 1).done('receive', { more: false, waits: false, aside: false });
  expect(bench.names()).toEqual(['receive', 'send']);
  // Nothing more comes: it is looked for once more when its time is there.
  comes();
  bench.dirty(0, 0, 1);
  expect([bench.names(), bench.effects]).toEqual([[], []]);
  bench.now += 5_000;
  expect(bench.send({ type: 'tick' }).names()).toEqual(['send']);
});
