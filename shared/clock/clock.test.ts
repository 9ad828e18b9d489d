import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareBytes } from '../crypto/bytes.ts';
import { systemRandom } from '../crypto/random.ts';
import { clockIsWrong, MAX_CLOCK_SKEW_MS } from './clock.ts';
import { Hlc, msFromStamp, stampFromMs } from './hlc.ts';
import { isUuidv7, uuidv7, uuidv7Ms } from './ids.ts';

const start = 1_700_000_000_000;

describe('clock', () => {
  test('CLK-1 every stamp is later than all before it, whatever the machine’s clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -100_000, max: 100_000 }), { maxLength: 60 }), (steps) => {
        let time = start;
        const hlc = new Hlc({ now: () => time });
        let last = 0n;
        for (const step of steps) {
          time += step;
          const stamp = hlc.now();
          expect(stamp > last).toBe(true);
          last = stamp;
        }
      }),
    );
  });

  test('CLK-1 65,536 stamps and more in one millisecond keep rising', () => {
    const hlc = new Hlc({ now: () => start });
    let last = hlc.now();
    for (let i = 0; i < 70_000; i++) {
      const next = hlc.now();
      if (next <= last) throw new Error('not rising');
      last = next;
    }
    expect(msFromStamp(last)).toBe(start + 1);
  });

  test('CLK-2 a write is later than the one it replaces, from however far in the future that is', () => {
    const hlc = new Hlc({ now: () => start });
    const future = stampFromMs(start + 86_400_000 * 365);
    expect(hlc.now(future)).toBe(future + 1n);
    expect(hlc.now(5n, future + 7n)).toBe(future + 8n);
    expect(() => hlc.now(2n ** 64n - 1n)).toThrow(/No later stamp/);
  });

  test('CLK-3 a stamp from the far future does not carry this device’s other writes with it', () => {
    const hlc = new Hlc({ now: () => start });
    const future = stampFromMs(start + 86_400_000 * 365);
    hlc.observe(future);
    hlc.now(future);
    expect(msFromStamp(hlc.now())).toBe(start);
    const near = stampFromMs(start + MAX_CLOCK_SKEW_MS);
    hlc.observe(near);
    expect(hlc.now()).toBe(near + 1n);
  });

  test('CLK-4 after a restart the clock goes on from where it was', () => {
    const first = new Hlc({ now: () => start });
    const stamp = first.now();
    const second = new Hlc({ now: () => start - 60_000 }, first.last);
    expect(second.now() > stamp).toBe(true);
  });

  test('CLK-5 more than five minutes from the cloud’s time is a wrong clock', () => {
    expect(clockIsWrong(start, start + MAX_CLOCK_SKEW_MS)).toBe(false);
    expect(clockIsWrong(start, start + MAX_CLOCK_SKEW_MS + 1)).toBe(true);
    expect(clockIsWrong(start + MAX_CLOCK_SKEW_MS + 1, start)).toBe(true);
  });

  test('CLK-6 ids are UUIDv7: they hold their time and sort by it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 48 - 1 }),
        fc.integer({ min: 0, max: 2 ** 48 - 1 }),
        (a, b) => {
          const [x, y] = [uuidv7(systemRandom, a), uuidv7(systemRandom, b)];
          expect(isUuidv7(x)).toBe(true);
          expect(uuidv7Ms(x)).toBe(a);
          if (a !== b) expect(Math.sign(compareBytes(x, y))).toBe(Math.sign(a - b));
        },
      ),
    );
    expect(isUuidv7(new Uint8Array(16))).toBe(false);
    expect(() => uuidv7(systemRandom, -1)).toThrow(RangeError);
  });
});
