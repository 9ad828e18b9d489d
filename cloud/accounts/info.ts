/** What a cloud says about itself to anyone. */
import { create } from '@bufbuild/protobuf';
import packageJson from '../../package.json' with { type: 'json' };
import {
  type GetCloudInfoResponse,
  GetCloudInfoResponseSchema,
  Registration,
} from '../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import type { CloudContext } from '../context.ts';

const registrations = {
  open: Registration.OPEN,
  invitation: Registration.INVITATION,
  closed: Registration.CLOSED,
} satisfies { [kind in CloudContext['registration']]: Registration };

export const PROTOCOL = 1;

export const cloudInfo = (ctx: CloudContext): GetCloudInfoResponse =>
  create(GetCloudInfoResponseSchema, {
    name: ctx.name,
    version: packageJson.version,
    protocol: PROTOCOL,
    registration: registrations[ctx.registration],
    timeMs: BigInt(ctx.now()),
    quotaBytes: BigInt(ctx.quotaBytes),
  });
