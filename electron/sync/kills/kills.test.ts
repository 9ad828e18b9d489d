/**
 * Kills at points of both tables (SPEC SYN-35, SYN-80 to SYN-83, ERR-20 to ERR-22), each by the shortest way there. `npm run kills` does all
 * of them, in more ways and more often. They run in a process of their own: who is not killed runs the same bundle as who is.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FIRST, type Report } from './plan.ts';
import { COMMANDS, ownerOf, STEPS, TABLES } from './tables.ts';

const KILLS = 300;
const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'lockstep-kills-report-'));
let report: Report;
let said = '';

beforeAll(async () => {
  const json = join(folder, 'report.json');
  const args = ['--cheap', '--kills', String(KILLS), '--from', '1', '--lanes', '3', '--json', json];
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => {
      said += data.toString();
    });
  await new Promise((resolve) => child.on('close', resolve));
  if (!existsSync(json)) throw new Error(`The run came to nothing: ${said}`);
  report = JSON.parse(readFileSync(json, 'utf8'));
}, 30 * 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('SYN-80 ERR-20 every point that was chosen, of the device and of the cloud, was reached, and a process killed there', () => {
  expect(report.missed, said).toEqual([]);
  expect(report.kills).toBe(KILLS);
  for (const side of ['device', 'cloud'] as const) expect(Object.keys(report.counts[side])).not.toEqual([]);
});

test('SYN-35 around each call and each commit of what brings messages and takes them along, a device was killed', () => {
  expect(FIRST.filter((point) => report.counts.device[point] === undefined)).toEqual([]);
});

test('SYN-84 SYN-85 and in the thread of the search index, in a recovery, and with the keepsake half written', () => {
  const owners = new Set(Object.keys(report.counts.device).map(ownerOf));
  for (const owner of ['search', 'recovery', 'keepsake']) expect(owners).toContain(owner);
});

test('SYN-35 SYN-81 SYN-82 SYN-83 SYN-84 SYN-85 ERR-21 ERR-22 after each of them nothing is lost, nothing twice, nothing deleted back, and all are equal', () => {
  expect(report.problems).toEqual([]);
});

test('SYN-80 each step has its points, and each command that writes', () => {
  const owners = new Set(Object.keys(TABLES.device).map(ownerOf));
  for (const [name, what] of [...Object.entries(COMMANDS), ...Object.entries(STEPS)])
    if (what === 'killed') expect(owners).toContain(name);
});
