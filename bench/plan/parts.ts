/** The parts of the benchmarks: at which sizes, of what each turn consists, and beside what. */
import { type Numbers, runChild, type Server, startServer } from '../support/child.ts';
import { type CloudProcess, startCloud } from '../support/cloud.ts';
import type { Prepared } from './prepared.ts';

export type Case = {
  name: string;
  run(): Promise<Numbers>;
  /** Where it cannot be run, or takes too long, it is left out, and said. */
  peer?: boolean;
};

export type Measurement = {
  part: string;
  size: number;
  /** With how many messages it begins, where that is another number. */
  messages?: number;
  /** Makes what it begins with, once. */
  prepare?(): Promise<unknown>;
  /** A turn: `work` gets what is compared. */
  with(work: (cases: Case[]) => Promise<void>): Promise<void>;
};

export type Wish = {
  quick: boolean;
  large: boolean;
  peers: boolean;
  /** Null: what each part has. */
  sizes: readonly number[] | null;
};

/** A peer's run that takes longer is given up, and said. */
const PEER_TIMEOUT_MS = 3 * 60_000;
const PEER_LARGEST = 100_000;
/** TinyBase: with 100,000 rows nothing arrives. */
const TINY_LARGEST = 10_000;

export function parts(
  { quick, large, peers, sizes }: Wish,
  prepared: Prepared,
): Record<string, Measurement[]> {
  /** The sizes of a part: all, or those that were asked for. */
  const of = (quickly: number[], all: number[]): number[] => {
    if (quick) return quickly;
    const some = all.filter((size) => large || size < 1_000_000);
    return sizes === null ? some : some.filter((size) => sizes.includes(size));
  };

  const withCloud = async (at: string, work: (cloud: CloudProcess) => Promise<void>): Promise<void> => {
    const cloud = await startCloud(at);
    await work(cloud).finally(() => cloud.stop());
  };
  const withPeers = async (
    count: number,
    work: (servers: { pouch: Server; tiny: Server | null } | null) => Promise<void>,
  ): Promise<void> => {
    if (!peers || count > PEER_LARGEST) return work(null);
    const pouch = await prepared.pouch(count);
    const tiny = count > TINY_LARGEST ? null : await startServer('peers/tiny-server.mjs', { count });
    await work({ pouch, tiny }).finally(() => Promise.all([pouch.stop(), tiny?.stop()]));
  };
  const peerCase = (name: string, script: string, server: Server | null, more: object): Case[] =>
    server === null
      ? []
      : [
          {
            name,
            peer: true,
            run: () => runChild(script, { ...server.ready, ...more }, { timeoutMs: PEER_TIMEOUT_MS }),
          },
        ];
  const TINY = 'TinyBase (in memory)';

  const sync = of([1_000], [1_000, 10_000, 100_000, 1_000_000]).map(
    (count): Measurement => ({
      part: 'first sync',
      size: count,
      prepare: () => prepared.cloud(count),
      with: async (work) => {
        const folder = await prepared.cloud(count);
        await withCloud(folder, (cloud) =>
          withPeers(count, (servers) =>
            work([
              { name: 'Lockstep', run: () => prepared.firstSync(count, cloud) },
              {
                name: 'bare loop, same tables and index',
                run: () => runChild('measure/raw.ts', { folder, tables: true }),
              },
              {
                name: 'bare loop, one table',
                run: () => runChild('measure/raw.ts', { folder, tables: false }),
              },
              ...peerCase(
                'PouchDB (no encryption, no index)',
                'peers/pouch-first-sync.mjs',
                servers?.pouch ?? null,
                { count },
              ),
              ...peerCase(TINY, 'peers/tiny-first-sync.mjs', servers?.tiny ?? null, { count }),
            ]),
          ),
        );
      },
    }),
  );

  /** On devices in step, and their cloud. */
  const inStep = (
    part: string,
    count: number,
    cases: (on: CloudProcess & { folder: string; a: string; b: string }) => Case[],
    size = count,
  ): Measurement => ({
    part,
    size,
    messages: count,
    prepare: () => prepared.devices(count),
    with: async (work) => {
      const { cloud: folder, a, b } = await prepared.devices(count);
      await withCloud(folder, (cloud) => work(cases({ ...cloud, folder, a, b })));
    },
  });

  const changes = quick ? 20 : 40;
  const change = of([1_000], [2_000, 100_000, 1_000_000]).flatMap((count) => {
    const own = inStep('change', count, (on) => [
      { name: 'Lockstep', run: () => runChild('measure/latency.ts', { ...on, changes }) },
      {
        name: 'Lockstep, on screen',
        run: () => runChild('measure/screen.ts', { ...on, changes: Math.ceil(changes / 2) }),
      },
    ]);
    const beside = async (work: (cases: Case[]) => Promise<void>): Promise<void> =>
      own.with((cases) =>
        withPeers(count, (servers) =>
          work([
            ...cases,
            ...peerCase('PouchDB', 'peers/pouch-latency.mjs', servers?.pouch ?? null, { changes, count }),
            ...peerCase(TINY, 'peers/tiny-latency.mjs', servers?.tiny ?? null, { changes, count }),
          ]),
        ),
      );
    return [count <= TINY_LARGEST ? { ...own, with: beside } : own];
  });

  const alone = (part: string, size: number, cases: Case[]): Measurement => ({
    part,
    size,
    with: (work) => work(cases),
  });
  const upload = of([1_000], [100_000]).map((count) =>
    alone('upload', count, [{ name: 'Lockstep', run: () => runChild('measure/upload.ts', { count }) }]),
  );
  const records = quick ? 4_000 : 40_000;
  const pushing = (devices: number, batch: number, all = records): Case => ({
    name: `${devices} ${devices === 1 ? 'device' : 'devices'}, ${batch === 1 ? 'one record' : `${batch} records`} a push`,
    run: () => runChild('measure/push.ts', { devices, records: all, batch }),
  });
  const push = [
    alone('push', records, [
      pushing(1, 400),
      pushing(50, quick ? 20 : 400),
      pushing(1, 1, 500),
      pushing(50, 1, 2_000),
    ]),
  ];
  const idle = of([100], [1_000, 5_000]).map((streams) =>
    alone('idle', streams, [{ name: 'Lockstep', run: () => runChild('measure/idle.ts', { streams }) }]),
  );
  const store = of([1_000], [10_000, 100_000, 1_000_000]).map((count) =>
    inStep('store', count, ({ folder, b }) => [
      {
        name: 'Lockstep',
        run: () => runChild('measure/store.ts', { folder, device: b, calls: quick ? 100 : 1_000 }),
      },
    ]),
  );
  const start = of([0, 1_000], [0, 100_000, 1_000_000]).map((count) =>
    inStep('start', count, ({ url, folder, b }) => [
      { name: 'Lockstep', run: () => runChild('measure/start.ts', { url, folder, profile: b }) },
    ]),
  );
  const scroll = of([1_000], [100_000]).map((count) =>
    // A tenth of all messages are in the longest conversation.
    inStep(
      'scroll',
      count,
      ({ url, b }) => [
        {
          name: 'Lockstep',
          run: () => runChild('measure/scroll.ts', { url, profile: b, messages: count / 10 }),
        },
      ],
      count / 10,
    ),
  );
  return { sync, change, upload, push, idle, store, start, scroll };
}
