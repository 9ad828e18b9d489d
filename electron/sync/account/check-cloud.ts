/** Asks a cloud who it is, before anybody types a password. */

import { Registration } from '../../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import type { StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';
import type { CloudInfo } from '../status-types.ts';
import { httpHosts, normalizeCloudUrl } from './cloud-address.ts';
import { askTime } from './cloud-time.ts';

/** What this app speaks with a cloud. */
export const PROTOCOL = 1;

const REGISTRATION: Partial<Record<Registration, CloudInfo['registration']>> = {
  [Registration.OPEN]: 'open',
  [Registration.INVITATION]: 'invitation',
};

export async function checkCloud(ctx: StepContext, input: { url: string }): Promise<CloudInfo> {
  const url = normalizeCloudUrl(input.url, httpHosts());
  const { accounts } = ctx.cloudAt(url, null);
  const info = await askTime(ctx, () => accounts.getCloudInfo({}, { signal: ctx.abort }));
  if (info.protocol !== PROTOCOL) {
    throw new SyncFailure(
      'appTooOld',
      `This cloud speaks protocol ${info.protocol}, this app ${PROTOCOL}. Update the older one.`,
    );
  }
  return {
    url,
    name: info.name,
    version: info.version,
    registration: REGISTRATION[info.registration] ?? 'closed',
  };
}
