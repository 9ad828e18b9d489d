/** For tests: a keyring under somebody's account id that somebody else made, in the place of the real one in an answer to LookUp. */
import { create } from '@bufbuild/protobuf';
import {
  createDeviceKeys,
  logAfter,
  publicDevice,
  signAddDevice,
  signGenesis,
  verifyDeviceLog,
} from '../../../shared/crypto/device-log.ts';
import { createEpoch } from '../../../shared/crypto/epochs.ts';
import { systemRandom } from '../../../shared/crypto/random.ts';
import { createRoot } from '../../../shared/crypto/root.ts';
import type { LookUpResponse } from '../../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import { SignedSchema } from '../../../shared/proto/gen/lockstep/cloud/v1/keys_pb.js';

export async function impostor(accountId: Uint8Array): Promise<(answer: LookUpResponse) => void> {
  const root = createRoot(systemRandom);
  const signer = { identity: root.identity };
  const genesis = signGenesis({ accountId, root, timeMs: 1 });
  const device = publicDevice(createDeviceKeys(systemRandom));
  const log = [genesis, signAddDevice({ log: logAfter(accountId, [genesis]), device, signer, timeMs: 1 })];
  const state = verifyDeviceLog(log, { accountId });
  const { statement } = await createEpoch({ log: state, signer, timeMs: 1, random: systemRandom });
  return ({ keyring }) => {
    keyring!.log = log.map((one) => create(SignedSchema, one));
    keyring!.epochs = [create(SignedSchema, statement)];
  };
}
