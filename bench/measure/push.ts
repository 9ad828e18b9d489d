/** Durable pushes that the cloud takes: devices of accounts of their own, each sending its next batch when the last is answered. */
import { systemRandom } from '../../shared/crypto/random.ts';
import { Zone, ZoneService } from '../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { quantile } from '../stats.ts';
import { answerOf, bodyOf, openCaller } from '../support/bare-calls.ts';
import { finish, input } from '../support/child.ts';
import { startCloud } from '../support/cloud.ts';
import { temporaryFolder } from '../support/folder.ts';
import { costOf } from '../support/process-cost.ts';
import { newToken } from '../support/sessions.ts';

const { devices, records, batch } = input<{ devices: number; records: number; batch: number }>();
const cloud = await startCloud(temporaryFolder('cloud'));
const method = ZoneService.method.push;
const callers = [];
for (let index = 0; index < devices; index += 1) {
  const token = await newToken(cloud.url, `person${index}@example.org`, `10.0.0.${index}`);
  callers.push(openCaller(cloud.url, token, method));
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
const work = callers.map((caller) => ({
  caller,
  bodies: Array.from({ length: each }, (_, index) =>
    bodyOf(method, { zone: Zone.MESSAGES, generation: 1, operations: operations(index * batch) }),
  ),
}));

const before = costOf(cloud.pid);
const own = process.cpuUsage();
const began = performance.now();
const waits: number[] = [];
await Promise.all(
  work.map(async ({ caller, bodies }) => {
    for (const body of bodies) {
      const asked = performance.now();
      const { results } = answerOf(method, await caller.call(body));
      if (results.some(({ result }) => result.case !== 'ok')) throw new Error('The cloud refused a record.');
      waits.push(performance.now() - asked);
    }
  }),
);
const seconds = (performance.now() - began) / 1000;
const cpu = process.cpuUsage(own);
const after = costOf(cloud.pid);
for (const caller of callers) caller.close();
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
