import { expect, test } from 'vitest';
import { FINE, type Line, lineTo } from './network.ts';
import { seeded } from './random.ts';
import { World } from './world.ts';

test('SIM-33 a request that is on its way a second time does not outlive the sleep of its computer', async () => {
  const world = new World(0);
  const arrived: number[] = [];
  const far = {
    life: 0,
    fetch: async () => {
      arrived.push(world.now);
      return new Response(new Uint8Array());
    },
  };
  const weather = { ...FINE, duplicate: 1, delayMs: 1_000 };
  const fetch = lineTo(far, { up: true, weather }, world, seeded(1), () => {});
  const asked = fetch('http://localhost:1/Send', {
    method: 'POST',
    body: new Uint8Array(),
    signal: new AbortController().signal,
  });
  const ended = asked.then(
    () => 'answered',
    (error: Error) => error.message,
  );
  while (arrived.length === 0) await world.run(1);
  world.jump(33 * 24 * 3_600_000);
  await world.run(10_000);
  expect(await ended).toBe('fetch failed');
  expect(arrived).toHaveLength(1);
});

test('SIM-48 an answer that had come before its computer slept is read when that wakes, on a line where such answers are not lost', async () => {
  for (const [lies, ending] of [
    [1, 'answered'],
    [0, 'fetch failed'],
  ] as const) {
    const world = new World(0);
    const counted: string[] = [];
    let arrived = false;
    const far = {
      life: 0,
      fetch: async () => {
        arrived = true;
        return new Response(new Uint8Array());
      },
    };
    const weather = { ...FINE, delayMs: 60_000, lies };
    const fetch = lineTo(far, { up: true, weather }, world, seeded(1), (what) => counted.push(what));
    const asked = fetch('http://localhost:1/Changes', {
      method: 'POST',
      body: new Uint8Array(),
      signal: new AbortController().signal,
    });
    const ended = asked.then(
      () => 'answered',
      (error: Error) => error.message,
    );
    while (!arrived) await world.run(1);
    world.jump(33 * 24 * 3_600_000);
    await world.run(120_000);
    expect(await ended).toBe(ending);
    expect(counted.includes('fault: answer read after a sleep')).toBe(lies === 1);
  }
});

test('SIM-8 who asks and asks at one moment is held, and where pages are short only who asks for the same place again', async () => {
  for (const [short, circles, expected] of [
    [false, false, true],
    [true, false, false],
    [true, true, true],
  ] as const) {
    const world = new World(0);
    const line: Line = { up: true, weather: FINE };
    const far = { life: 0, fetch: async () => new Response(new Uint8Array()) };
    const fetch = lineTo(far, line, world, seeded(1), () => {}, short);
    const { signal } = new AbortController();
    const ask = (place: number) =>
      fetch('http://localhost:1/Inventory', {
        method: 'POST',
        body: new Uint8Array([place >> 8, place & 255]),
        signal,
      });
    for (let n = 0; n < 501; n += 1) void ask(circles ? 1 : n);
    if (circles) void ask(1);
    await world.settle();
    expect(line.circles === true).toBe(expected);
  }
});
