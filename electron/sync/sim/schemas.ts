/**
 * Devices of an older and of a newer app in one account (SPEC SIM-24, decision 0010): the newer one writes fields and kinds that the others do
 * not know, and records of a schema that they cannot read. All of it must be on every device, whole; and one that is updated must show it.
 */
import { fromHex, toHex, utf8 } from '../../../shared/crypto/bytes.ts';
import { getRegister, newPayload, SCHEMA, setRegister } from '../../../shared/model/payload.ts';
import { getDirty } from '../../store/dirty.ts';
import { getIdentity } from '../../store/identity.ts';
import { getPayload, isGone, putMerged } from '../../store/records.ts';
import { type Act, deletesTravel } from './acts.ts';
import { messagesOf } from './ledger.ts';
import type { SeededRandom } from './random.ts';
import type { Actor, Stage } from './stage.ts';

const NEWER_SCHEMA = SCHEMA + 1;
/** None that this version knows. */
const FIELD = 900;
const KIND_OF_NEWER = 77;
const NO_KEY = new Uint8Array();

/** What a newer app wrote: this value, or a later one, is in that record from now on. */
export type Newer = { by: Actor; life: number; id: string; stamp: bigint; letGo: boolean };

const update: Act['act'] = async (stage, actor) => {
  if (isNewer(actor)) return false;
  stage.say(`${actor.name} is updated`);
  await updated(stage, actor);
  return true;
};

/** As it runs, or as it will. */
const isNewer = ({ device }: Actor) => (device.alive ? device.store : device).schema === NEWER_SCHEMA;

export async function updated(stage: Stage, actor: Actor): Promise<void> {
  const { device } = actor;
  if (isNewer(actor)) return;
  stage.count('fault: app updated');
  device.schema = NEWER_SCHEMA;
  if (!device.alive) return;
  await device.stop();
  device.start();
}

const newerWrites: Act['act'] = (stage, actor, dice) => {
  if (!isNewer(actor) || !deletesTravel(actor)) return false;
  const what = dice.pick(['field', 'kind', 'schema'] as const);
  const id = what === 'kind' ? toHex(dice.bytes(16)) : someMessage(actor, dice);
  const device = getIdentity(actor.device.store)?.deviceId;
  if (id === null || device === undefined) return false;
  const base = getPayload(actor.device.store, 'messages', fromHex(id)) ?? newPayload(KIND_OF_NEWER);
  const before = getRegister(base, FIELD)?.stamp ?? 0n;
  const now = BigInt(stage.world.now) << 16n;
  const stamp = now > before ? now : before + 1n;
  const payload = setRegister(base, FIELD, NO_KEY, stamp, device, utf8(`${actor.name} ${stage.ledger.tick}`));
  const written = what === 'schema' ? { ...payload, schema: NEWER_SCHEMA } : payload;
  stage.count(`fault: newer app writes an unknown ${what}`);
  stage.does(actor, `writes as a newer app (${what})`, async () => {
    putMerged(actor.device.store, 'messages', fromHex(id), written, { dirty: true });
    stage.newer.push({ by: actor, life: actor.device.putBacks, id, stamp, letGo: false });
    await actor.device.execute('syncNow', null);
  });
  return true;
};

function someMessage({ device }: Actor, dice: SeededRandom): string | null {
  const rows = messagesOf(device);
  return rows.length === 0 ? null : dice.pick(rows).id;
}

/** SIM-24, when every device has been updated. */
export function newerKept(stage: Stage): string[] {
  const problems: string[] = [];
  for (const { by, life, id, stamp, letGo } of stage.newer) {
    // Of a device that was put back, or has left, perhaps nobody heard; a new generation knows no names of newer kinds (docs/KNOWN-GAPS.md).
    if (by.device.putBacks !== life || by.removed !== null || stage.ledger.purged[by.person]) continue;
    if (letGo) continue;
    for (const { name, device } of stage.of(by.person)) {
      if (isGone(device.store, 'messages', fromHex(id))) continue;
      const payload = getPayload(device.store, 'messages', fromHex(id));
      const kept = payload === undefined ? undefined : getRegister(payload, FIELD);
      if (kept === undefined || kept.stamp < stamp)
        problems.push(`SIM-24 ${name} has lost what the newer app of ${by.name} wrote into ${id}`);
    }
  }
  return problems;
}

/**
 * A message has gone from this device. Where that is this device's alone, what a newer app wrote there goes with it if it had not gone up: what
 * comes back is what the cloud has (KEEP-9, KEEP-10, SYN-36).
 */
export function noteLetGo({ ledger, newer, world }: Stage, actor: Actor, guid: string): void {
  const place = ledger.placeOf(actor.person, guid);
  if (place === undefined || !ledger.wentAlone(actor.person, actor.name, place, world.now)) return;
  for (const one of newer) {
    if (one.by !== actor || ledger.messageOf.get(one.id) !== guid) continue;
    if (getDirty(actor.device.store, 'messages', fromHex(one.id)) !== undefined) one.letGo = true;
  }
}

export const SCHEMA_ACTS: Act[] = [
  { name: 'update the app', weight: 0.7, act: update },
  { name: 'a newer app writes', weight: 5, act: newerWrites },
];
