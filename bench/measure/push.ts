/** Durable pushes that the cloud takes: devices of accounts of their own, each sending its next batch when the last is answered. */
import { systemRandom } from '../../shared/crypto/random.ts';
import { Zone } from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { quantile } from '../stats.ts';
import { finish, input } from '../support/child.ts';
import { startCloud } from '../support/cloud.ts';
import { temporaryFolder } from '../support/folder.ts';
import { costOf } from '../support/process-cost.ts';
import { newSession } from '../support/sessions.ts';

const { devices, records, batch } = input<{ devices: number; records: number; batch: number }>();
const cloud = await startCloud(temporaryFolder('cloud'));
const clients = [];
for (let index = 0; index < devices; index += 1) {
  clients.push(await newSession(cloud.url, `person${index}@example.org`, `10.0.0.${index}`));
}
const each = Math.floor(records / devices / batch);
const operations = (at: number) =>
  Array.from({ length: batch }, (_, index) => ({
    op: {
      case: 'put' as const,
      value: {
        id: systemRandom(16),
        epoch: 1,
        hint: 20_000 + Math.floor((at + index) / 100),
        ct: systemRandom(500),
      },
    },
  }));
const work = clients.map(({ zones }) => ({
  zones,
  batches: Array.from({ length: each }, (_, index) => operations(index * batch)),
}));

const before = costOf(cloud.pid);
const own = process.cpuUsage();
const began = performance.now();
const waits: number[] = [];
await Promise.all(
  work.map(async ({ zones, batches }) => {
    for (const one of batches) {
      const asked = performance.now();
      const { results } = await zones.push({ zone: Zone.MESSAGES, generation: 1, operations: one });
      if (results.some(({ result }) => result.case !== 'ok')) throw new Error('The cloud refused a record.');
      waits.push(performance.now() - asked);
    }
  }),
);
const seconds = (performance.now() - began) / 1000;
const cpu = process.cpuUsage(own);
const after = costOf(cloud.pid);
await cloud.stop();
const count = each * batch * devices;
finish({
  seconds,
  perSecond: count / seconds,
  p50Ms: quantile(waits, 0.5),
  p95Ms: quantile(waits, 0.95),
  cpuS: (cpu.user + cpu.system) / 1e6,
  ...(before === null || after === null
    ? {}
    : {
        cloudCpuS: after.cpuS - before.cpuS,
        perCloudCpuSecond: count / (after.cpuS - before.cpuS),
        cloudPeakMb: after.peakMb,
      }),
});
