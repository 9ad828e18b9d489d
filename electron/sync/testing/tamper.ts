/** For tests: a cloud whose answers to one call are changed on their way to one device. */
import { type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import type { Cloud } from '../../../cloud/app.ts';
import { fetchOf, type MailDevice } from './mail-device.ts';

export function tamper<D extends DescMessage>(
  cloud: Cloud,
  device: MailDevice,
  path: string,
  schema: D,
  change: (answer: MessageShape<D>) => void,
): void {
  const real = fetchOf(cloud);
  device.wire.fetch = async (input, init) => {
    const answer = await real(input, init);
    if (!String(input).endsWith(path) || !answer.ok) return answer;
    const message = fromBinary(schema, new Uint8Array(await answer.arrayBuffer()));
    change(message);
    const headers = new Headers(answer.headers);
    headers.delete('content-length');
    return new Response(new Uint8Array(toBinary(schema, message)), { status: answer.status, headers });
  };
}

/** The reason of a failure, as a person would be told. */
export const failureOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no failure',
    (error: { reason?: string; message?: string }) => error.reason ?? `not a reason: ${error.message}`,
  );
