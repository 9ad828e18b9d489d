/**
 * `npm run bench`: measures Lockstep beside its peers, in one run, and writes bench/results.json, docs/PERFORMANCE.md's table and
 * its picture. `npm run bench -- sync start` runs these parts only (what the others gave last stays); `--quick`: small
 * sizes; `--large`: 1,000,000 messages and 5,000 streams too; `--runs N`: 5 otherwise; `--sizes 1000,100000`: of
 * those that a part has, or for first sync, upload and the store any; `--no-peers`.
 *
 * Each measurement is a process of its own, run after run in turn with what it is compared to, so that a busy moment of the machine
 * falls on all of them alike. Compare what stands in one run; never times of two runs.
 */
import { mkdirSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { peersHere } from './peers/peers.ts';
import { type Result, readResults, writeReport } from './report.ts';
import { medians } from './stats.ts';
import { type Numbers, runChild, type Server, startServer } from './support/child.ts';
import { type CloudProcess, startCloud } from './support/cloud.ts';
import { temporaryFolder } from './support/folder.ts';

const { values: flags, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    large: { type: 'boolean', default: false },
    'no-peers': { type: 'boolean', default: false },
    runs: { type: 'string', default: '5' },
    sizes: { type: 'string' },
  },
});
const { quick, large } = flags;
const runs = Math.max(1, Number(flags.runs));
const usual = quick ? [1_000] : [1_000, 10_000, 100_000, ...(large ? [1_000_000] : [])];
const sizes = flags.sizes?.split(',').map(Number) ?? usual;
const wanted = (...all: number[]) =>
  flags.sizes === undefined ? all : all.filter((size) => sizes.includes(size));
const peers = !flags['no-peers'] && peersHere();
/** A peer's run that takes longer is given up, and said. */
const PEER_TIMEOUT_MS = 5 * 60_000;
const PEER_LARGEST = 100_000;
/** TinyBase: with 100,000 rows nothing arrives. */
const TINY_LARGEST = 10_000;

const folder = temporaryFolder('run');
const prepared = new Map<number, string>();
async function cloudFolder(count: number): Promise<string> {
  const known = prepared.get(count);
  if (known !== undefined) return known;
  const made = join(folder, `cloud-${count}`);
  mkdirSync(made);
  say(`(preparing a cloud with ${count.toLocaleString('en')} messages)`);
  await runChild('prepare/fill-cloud.ts', { folder: made, count });
  prepared.set(count, made);
  return made;
}

type Case = { name: string; run(): Promise<Numbers>; peer?: boolean };

const results: Result[] = [];
/** Runs the cases in turn, `times` times, and keeps each one's medians. */
async function measure(part: string, size: number, cases: Case[], times = runs): Promise<void> {
  const given = new Map<Case, Numbers[]>(cases.map((one) => [one, []]));
  const load = [loadavg()[0]!];
  for (let turn = 0; turn < times; turn += 1) {
    for (const one of [...given.keys()]) {
      try {
        given.get(one)!.push(await one.run());
      } catch (error) {
        if (one.peer !== true) throw error;
        say(`${part} ${size} ${one.name}: left out (${error instanceof Error ? error.message : error})`);
        given.delete(one);
      }
    }
    load.push(loadavg()[0]!);
  }
  for (const [{ name }, numbers] of given) {
    const result: Result = {
      part,
      name,
      size,
      runs: numbers.length,
      load: Math.max(...load),
      at: new Date().toISOString(),
      median: medians(numbers),
    };
    results.push(result);
    say(`${part} ${size} ${name}: ${shortly(result.median)}`);
  }
}

const say = (line: string) => process.stdout.write(`${line}\n`);
const shortly = (numbers: Numbers) =>
  Object.entries(numbers)
    .map(([name, value]) => `${name} ${value >= 100 ? Math.round(value) : Number(value.toPrecision(3))}`)
    .join(', ');

async function withCloud(count: number, work: (cloud: CloudProcess, folder: string) => Promise<void>) {
  const at = await cloudFolder(count);
  const cloud = await startCloud(at);
  await work(cloud, at).finally(() => cloud.stop());
}

async function withPeers(
  count: number,
  work: (servers: { pouch: Server; tiny: Server | null } | null) => Promise<void>,
) {
  if (!peers || count > PEER_LARGEST) return work(null);
  const pouch = await startServer('peers/pouch-server.mjs', { count });
  const tiny = count > TINY_LARGEST ? null : await startServer('peers/tiny-server.mjs', { count });
  await work({ pouch, tiny }).finally(() => Promise.all([pouch.stop(), tiny?.stop()]));
}

/** A profile of the app that is in step with this cloud. */
async function filledProfile(name: string, url: string, at: string): Promise<string> {
  const profile = join(folder, name);
  await runChild('prepare/fill-profile.ts', { profile, url, folder: at });
  return profile;
}

const peerCase = (name: string, script: string, server: Server, more: object): Case => ({
  name,
  peer: true,
  run: () => runChild(script, { ...server.ready, ...more }, { timeoutMs: PEER_TIMEOUT_MS }),
});

const tinyCase = (script: string, server: Server | null, more: object): Case[] =>
  server === null ? [] : [peerCase('TinyBase (in memory)', script, server, more)];

const PARTS: Record<string, () => Promise<void>> = {
  async sync() {
    for (const count of sizes) {
      await withCloud(count, (cloud, at) =>
        withPeers(count, (servers) =>
          measure('first sync', count, [
            { name: 'Lockstep', run: () => runChild('measure/first-sync.ts', { ...cloud, folder: at }) },
            {
              name: 'bare loop, same tables and index',
              run: () => runChild('measure/raw.ts', { folder: at, tables: true }),
            },
            {
              name: 'bare loop, one table',
              run: () => runChild('measure/raw.ts', { folder: at, tables: false }),
            },
            ...(servers === null
              ? []
              : [
                  peerCase('PouchDB (no encryption, no index)', 'peers/pouch-first-sync.mjs', servers.pouch, {
                    count,
                  }),
                  ...tinyCase('peers/tiny-first-sync.mjs', servers.tiny, { count }),
                ]),
          ]),
        ),
      );
    }
  },
  async change() {
    const changes = quick ? 20 : 60;
    for (const count of quick ? [1_000] : wanted(2_000, 100_000, ...(large ? [1_000_000] : []))) {
      let profile: string | undefined;
      await withCloud(count, (cloud, at) =>
        withPeers(count <= 2_000 ? count : PEER_LARGEST + 1, (servers) =>
          measure('change', count, [
            {
              name: 'Lockstep, idle',
              run: () => runChild('measure/latency.ts', { ...cloud, folder: at, changes, during: false }),
            },
            {
              name: 'Lockstep, during its first sync',
              run: () => runChild('measure/latency.ts', { ...cloud, folder: at, changes, during: true }),
            },
            {
              name: 'Lockstep, on screen',
              async run() {
                profile ??= await filledProfile(`screen-${count}`, cloud.url, at);
                return runChild('measure/screen.ts', { ...cloud, profile, folder: at, changes });
              },
            },
            ...(servers === null
              ? []
              : [
                  peerCase('PouchDB', 'peers/pouch-latency.mjs', servers.pouch, { changes, count }),
                  ...tinyCase('peers/tiny-latency.mjs', servers.tiny, { changes, count }),
                ]),
          ]),
        ),
      );
    }
  },
  async upload() {
    for (const count of quick ? [1_000] : flags.sizes === undefined ? [100_000] : sizes) {
      await measure('upload', count, [
        { name: 'Lockstep', run: () => runChild('measure/upload.ts', { count }) },
      ]);
    }
  },
  async push() {
    const records = quick ? 4_000 : 40_000;
    const push = (devices: number, batch: number, all = records) => ({
      name: `${devices} ${devices === 1 ? 'device' : 'devices'}, ${batch === 1 ? 'one record' : `${batch} records`} a push`,
      run: () => runChild('measure/push.ts', { devices, records: all, batch }),
    });
    await measure('push', records, [
      push(1, 400),
      push(50, quick ? 20 : 400),
      push(1, 1, 500),
      push(50, 1, 2_000),
    ]);
  },
  async idle() {
    for (const streams of quick ? [100] : large ? [1_000, 5_000] : [1_000]) {
      const one = { name: 'Lockstep', run: () => runChild('measure/idle.ts', { streams }) };
      // What half a minute's quiet costs is steady: fewer turns.
      await measure('idle', streams, [one], Math.min(runs, 3));
    }
  },
  async store() {
    for (const count of sizes) {
      const one = {
        name: 'Lockstep',
        run: () => runChild('measure/store.ts', { count, calls: quick ? 100 : 1_000 }),
      };
      await measure('store', count, [one]);
    }
  },
  async start() {
    for (const count of quick ? [0, 1_000] : wanted(0, 100_000, ...(large ? [1_000_000] : []))) {
      await withCloud(count, async ({ url }, at) => {
        const profile = join(folder, `profile-${count}`);
        const { conversations } = await runChild('prepare/fill-profile.ts', { profile, url, folder: at });
        await measure('start', count, [
          { name: 'Lockstep', run: () => runChild('measure/start.ts', { profile, url, conversations }) },
        ]);
      });
    }
  },
  async scroll() {
    const count = quick ? 1_000 : 100_000;
    await withCloud(count, async ({ url }, at) => {
      const profile = await filledProfile(`scrolled-${count}`, url, at);
      await measure('scroll', count / 10, [
        {
          name: 'Lockstep',
          run: () => runChild('measure/scroll.ts', { profile, url, messages: count / 10 }),
        },
      ]);
    });
  },
};

for (const word of words) {
  if (PARTS[word] !== undefined) continue;
  process.stderr.write(`There is no part "${word}". Parts: ${Object.keys(PARTS).join(', ')}.\n`);
  process.exit(2);
}
if (!peers) say('Without peers: they were left away, or could not be fetched.');
say(`${cpus().length} processors, load ${loadavg()[0]!.toFixed(1)}, ${runs} runs each`);
for (const [name, part] of Object.entries(PARTS)) {
  if (words.length > 0 && !words.includes(name)) continue;
  await part();
  // After each part: a run that is broken off keeps what it has measured.
  if (!quick) writeReport([...readResults(), ...results]);
}
if (quick) say('--quick: too small to be kept; nothing was written.');
process.exit(0);
