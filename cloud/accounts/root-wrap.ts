/** The account's sealed root as it comes over the wire and is stored: opaque here, but of a size that one has. */
import { toBinary } from '@bufbuild/protobuf';
import { type RootWrap, RootWrapSchema } from '../../shared/proto/gen/lockstep/cloud/v1/keys_pb.js';
import { bytesWithin, present } from '../http/check.ts';

export const checkRootWrap = (wrap: RootWrap | undefined, what: string): Uint8Array => {
  bytesWithin(present(wrap, what).sealed, 1, 1_024, `${what}.sealed`);
  return toBinary(RootWrapSchema, present(wrap, what));
};
