/** A compressed body is the one input whose cost is not in its length: tested by itself, for every call. */
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { ORIGIN } from '../cloud/testing/clients.ts';
import { enveloped, openCalls } from './targets/cloud.ts';

test('ERR-3 no compressed body is unpacked, however it is announced', async () => {
  const large = new Uint8Array(gzipSync(new Uint8Array(40_000_000)));
  const { cloud, methods, anna, gone } = await openCalls();
  const before = process.memoryUsage().arrayBuffers;
  for (const { path, method } of methods) {
    const streaming = method.methodKind !== 'unary';
    const headers = {
      'content-type': `application/${streaming ? 'connect+' : ''}proto`,
      authorization: `Bearer ${method.name === 'SignOut' ? gone.token : anna.token}`,
      [streaming ? 'connect-content-encoding' : 'content-encoding']: 'gzip',
    };
    const body = streaming ? enveloped(large, 1) : large;
    const response = await cloud.fetch(new Request(ORIGIN + path, { method: 'POST', headers, body }));
    expect([path, response.status]).toEqual([path, 400]);
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(30_000_000);
  cloud.close();
});
