import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Code, ConnectError } from '@connectrpc/connect';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCloudClient } from './cloud-client.ts';
import { noAnswerCode, systemCode, whyNoAnswer } from './no-answer.ts';

let server: Server;
let port: number;

/** What stands at an address when it is no cloud. */
beforeAll(async () => {
  server = createServer((request, response) => {
    const { url = '' } = request;
    if (url.startsWith('/page/'))
      response.setHeader('content-type', 'text/html').end('<p>Sign in to the network');
    else if (url.startsWith('/proxy/')) response.writeHead(502).end();
    else if (url.startsWith('/cut/')) request.socket.destroy();
    else if (!url.startsWith('/silent/')) response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function failureAt(url: string): Promise<unknown> {
  const { accounts } = createCloudClient({ fetch, url, token: null });
  return accounts.getCloudInfo({}, { timeoutMs: 1500 }).then(
    () => {
      throw new Error('It answered as a cloud does.');
    },
    (error: unknown) => error,
  );
}

test('API-21 why there is no answer: from what the network itself says, over real connections', async () => {
  const closed = await new Promise<number>((resolve) => {
    const one = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = one.address() as AddressInfo;
      one.close(() => resolve(free));
    });
  });
  const here = `http://127.0.0.1:${port}`;
  const expected: [url: string, why: string][] = [
    [`http://127.0.0.1:${closed}`, 'refused'],
    ['http://no-such-cloud.invalid', 'nameNotFound'],
    [`https://127.0.0.1:${port}`, 'certificate'],
    [`${here}/page`, 'notACloud'],
    [`${here}/proxy`, 'notACloud'],
    [`${here}/nothing`, 'notACloud'],
    [`${here}/silent`, 'timedOut'],
    [`${here}/cut`, 'noAnswer'],
  ];
  const found = await Promise.all(
    expected.map(async ([url]): Promise<[string, string]> => [url, whyNoAnswer(await failureAt(url))]),
  );
  expect(found).toEqual(expected);
});

test('API-21 each way in which TLS fails is the certificate; the system’s name is found below its wrappers', () => {
  const wrapped = (code: string) => {
    const deep = Object.assign(new Error('deep'), { code });
    const cause = new TypeError('fetch failed', { cause: deep });
    return new ConnectError('fetch failed', Code.Unknown, undefined, undefined, cause);
  };
  for (const code of [
    'CERT_HAS_EXPIRED',
    'CERT_NOT_YET_VALID',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'EPROTO',
  ]) {
    expect([code, whyNoAnswer(wrapped(code))]).toEqual([code, 'certificate']);
    expect(noAnswerCode(wrapped(code))).toBe(code);
  }
  expect(whyNoAnswer(wrapped('ECONNRESET'))).toBe('noAnswer');
  expect(whyNoAnswer(new ConnectError('over', Code.DeadlineExceeded))).toBe('timedOut');
  expect(noAnswerCode(new ConnectError('over', Code.DeadlineExceeded))).toBe('DeadlineExceeded');
  expect(systemCode(wrapped('what Anna wrote'))).toBeNull();
});
