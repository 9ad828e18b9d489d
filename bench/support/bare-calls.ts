/**
 * Calls as bytes over a kept-open connection: for load on the cloud, where a client that costs as much as what it measures would measure
 * itself. The bodies are made before.
 */
import { Agent, request } from 'node:http';
import {
  create,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';

export type Caller = { call(body: Uint8Array): Promise<Uint8Array>; close(): void };

export function openCaller(url: string, token: string, method: DescMethodUnary): Caller {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const path = `/${method.parent.typeName}/${method.name}`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/proto' };
  return {
    call: (body) =>
      new Promise((resolve, reject) => {
        const asked = request(
          {
            agent,
            hostname,
            port,
            path,
            method: 'POST',
            headers: { ...headers, 'content-length': body.length },
          },
          (response) => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            response.on('error', reject);
            response.on('end', () => {
              if (response.statusCode === 200) resolve(Buffer.concat(chunks));
              else reject(new Error(`The cloud answered ${response.statusCode}.`));
            });
          },
        );
        asked.on('error', reject);
        asked.end(body);
      }),
    close: () => agent.destroy(),
  };
}

export const bodyOf = <M extends DescMethodUnary>(
  method: M,
  message: MessageInitShape<M['input']>,
): Uint8Array => toBinary(method.input, create(method.input, message));

export const answerOf = <M extends DescMethodUnary>(
  method: M,
  bytes: Uint8Array,
): MessageShape<M['output']> => fromBinary(method.output, bytes) as MessageShape<M['output']>;
