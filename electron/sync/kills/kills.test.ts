/** Some kills at points of both tables (SPEC SYN-80 to SYN-83, ERR-20 to ERR-22). `npm run kills` does all of them, and more. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { bundle } from './bundle.ts';
import { type Report, runKills, UNREACHED } from './plan.ts';
import { endAll, type Scripts } from './processes.ts';
import { COMMANDS, STEPS, TABLES } from './tables.ts';

const KILLS = 60;
let scripts: Scripts & { remove(): void };
let report: Report;

beforeAll(async () => {
  await sodiumReady();
  scripts = await bundle();
  report = await runKills(scripts, { kills: KILLS, from: 1, lanes: 3 });
}, 30 * 60_000);
afterAll(() => {
  endAll();
  scripts.remove();
});

test('SYN-80 ERR-20 every point that was chosen, of the device and of the cloud, was reached, and a process killed there', () => {
  expect(report.missed).toEqual([]);
  // One of those that the seed chooses is left out.
  expect(report.kills).toBe(KILLS - UNREACHED.length);
  for (const side of ['device', 'cloud'] as const) expect(Object.keys(report.counts[side])).not.toEqual([]);
});

test('SYN-81 SYN-82 SYN-83 ERR-21 ERR-22 after each of them nothing is lost, nothing twice, nothing deleted back, and all are equal', () => {
  expect(report.problems).toEqual([]);
});

test('SYN-80 each step has its points, and each command that writes', () => {
  const owners = new Set(Object.keys(TABLES.device).map((point) => point.split(': ')[0]));
  for (const [name, what] of [...Object.entries(COMMANDS), ...Object.entries(STEPS)])
    if (what === 'killed') expect(owners).toContain(name);
});
