/**
 * A cloud that speaks an older version of the wire: today's, behind the older version's description. What that does not know is taken out of each request and
 * each answer; a call that it does not know is answered as the cloud answers what it does not have.
 */
import { createFileRegistry, type DescMessage, fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { Cloud } from '../cloud/app.ts';

/** `image`: the older version's `wire.binpb`. `unknown`: called with each call that it did not have. */
export function olderCloud(cloud: Cloud, image: Uint8Array, unknown: (path: string) => void): Cloud {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, image));
  const stripped = (desc: DescMessage, bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
    new Uint8Array(toBinary(desc, fromBinary(desc, bytes, { readUnknownFields: false })));
  return {
    ...cloud,
    async fetch(request, peer) {
      const url = new URL(request.url);
      const [, service = '', name = ''] = url.pathname.split('/');
      const method = registry.getService(service)?.methods.find((one) => one.name === name);
      if (method === undefined) {
        unknown(url.pathname);
        return cloud.fetch(new Request(`${url.origin}/${service}/NotYet`, request), peer);
      }
      // The frames of the poke stream have had the same fields since the first version, or more: a device skips those.
      if (method.methodKind !== 'unary') return cloud.fetch(request, peer);
      const body = stripped(method.input, new Uint8Array(await request.arrayBuffer()));
      const { method: verb, headers, signal } = request;
      const response = await cloud.fetch(new Request(url, { method: verb, headers, signal, body }), peer);
      if (response.status !== 200) return response;
      const answer = stripped(method.output, new Uint8Array(await response.arrayBuffer()));
      const kept = new Headers(response.headers);
      kept.delete('content-length');
      return new Response(answer, { status: 200, headers: kept });
    },
  };
}
