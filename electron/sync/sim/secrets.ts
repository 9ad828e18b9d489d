/** What must never be possible in a simulation (SPEC SIM-18, SIM-19): a removed device that reads on, a cloud that can read at all. */
import { clientsOf } from '../../../cloud/testing/clients.ts';
import { verifyDeviceLog } from '../../../shared/crypto/device-log.ts';
import { zoneKey } from '../../../shared/crypto/epoch-keys.ts';
import { openWrap, verifyEpochChain } from '../../../shared/crypto/epochs.ts';
import { openRecord } from '../../../shared/crypto/records.ts';
import { Zone } from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { getIdentity } from '../../store/identity.ts';
import { getKeyring } from '../../store/keyring.ts';
import type { Actor, Stage } from './stage.ts';

/** Every text that is written begins with its device's name, or is one of these. */
const WRITTEN = ['Named ', 'draft ', 'Together'];

/** SIM-19: nothing that anybody wrote is in the cloud's database, committed or in its free pages. */
export function readableAtTheCloud(stage: Stage): string[] {
  const { database } = stage.cloud.backUp();
  const bytes = Buffer.from(database.buffer, database.byteOffset, database.length);
  return [...stage.actors.map(({ name }) => `${name} `), ...WRITTEN]
    .filter((text) => bytes.includes(text) || bytes.includes(Buffer.from(text, 'utf16le')))
    .map((text) => `SIM-19 "${text}…" can be read at the cloud`);
}

/** SIM-18: with all that it holds, a removed device opens nothing of a later epoch. */
export async function removedReadsOn(stage: Stage): Promise<string[]> {
  const problems: string[] = [];
  for (const gone of stage.actors) {
    if (gone.removed === null || !gone.device.alive) continue;
    const [other] = stage.of(gone.person);
    if (other !== undefined) problems.push(...(await tries(stage, gone, other)));
  }
  return problems;
}

async function tries(stage: Stage, gone: Actor, other: Actor): Promise<string[]> {
  const identity = getIdentity(gone.device.store);
  const held = getKeyring(gone.device.store).epochs.filter(({ key }) => key !== null);
  if (identity === undefined || held.length === 0) return [];
  const { accountId, sealKey } = identity;
  const newest = Math.max(...held.map(({ epoch }) => epoch));
  const problems: string[] = [];
  const { account, zone } = clientsOf(stage.cloud, getIdentity(other.device.store)?.sessionToken ?? '');
  const { keyring, wraps } = await account.getKeyring({});
  const log = verifyDeviceLog(keyring?.log ?? [], { accountId });
  const chain = verifyEpochChain(keyring?.epochs ?? [], log);
  if (chain.current.epoch <= newest) return [`SIM-18 ${gone.name} was removed without a later epoch`];
  const stored = wraps.filter(({ epoch }) => epoch > newest);
  for (const wrap of stored) {
    // Those of the others, and the same passed off as its own.
    for (const recipient of [wrap.recipient, identity.deviceId]) {
      const opened = await openWrap({ ...wrap, recipient }, sealKey.secretKey, chain).catch(() => null);
      if (opened !== null) problems.push(`SIM-18 ${gone.name} opens the key of epoch ${wrap.epoch}`);
    }
  }
  for (const name of [Zone.ACCOUNT, Zone.MESSAGES] as const) {
    const { state, backfillCursor } = await zone.openZone({ zone: name });
    let page = await zone.backfill({ zone: name, cursor: backfillCursor });
    const records = [...page.records];
    while (page.more) {
      page = await zone.backfill({ zone: name, cursor: page.cursor });
      records.push(...page.records);
    }
    for (const { id, rev, epoch, ct, tombstone } of records) {
      if (tombstone || epoch <= newest) continue;
      for (const { key } of held) {
        const place = { zone: name, generation: state?.generation ?? 0, id, rev, epoch, ct };
        if (key !== null && opens({ ...place, zoneKey: zoneKey(key, name) }))
          problems.push(`SIM-18 ${gone.name} opens a record of epoch ${epoch}`);
      }
    }
  }
  stage.count('fault: removed device tries later epochs');
  return problems;
}

function opens(record: Parameters<typeof openRecord>[0]): boolean {
  try {
    openRecord(record);
    return true;
  } catch {
    return false;
  }
}
