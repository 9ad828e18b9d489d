/** The table of deleting in docs/SPEC.md, cell by cell: a device, another one of the same account, and a real cloud in between. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { fromHex, toHex } from '../../../shared/crypto/bytes.ts';
import { systemRandom } from '../../../shared/crypto/random.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { groupGuid } from '../../../shared/model/conversation.ts';
import { deletedHow } from '../../store/recently-deleted.ts';
import { isGone } from '../../store/records.ts';
import { getZoneState } from '../../store/zone-state.ts';
import { type Cell, specTable } from '../testing/spec-table.ts';
import { does } from '../testing/two-devices.ts';
import { firstDevice, nextDevice, removeFolders, type ZoneDevice } from '../testing/zone-device.ts';

await sodiumReady();
afterAll(removeFolders);

const DAY = 24 * 3_600_000;
const clock = { ahead: 0, now: () => Date.now() + clock.ahead };
let cloud: Cloud;
let here: ZoneDevice;
let there: ZoneDevice;

beforeEach(async () => {
  clock.ahead = 0;
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open', clock });
  here = await firstDevice(cloud, 'anna@example.org', { clock });
  here.core.start();
  await here.settled();
  there = await nextDevice(cloud, here.person, { clock });
  there.core.start();
  await there.settled();
});
afterEach(async () => {
  await here.stop();
  await there.stop();
  await cloud.close();
});

type Message = { id: string; conversation: string };

/** Both have heard of everything. */
async function inStep(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    for (const device of [here, there]) {
      await does(device, { name: 'syncNow', input: null });
      await device.settled();
    }
  }
}

const remove = (device: ZoneDevice, { id }: Message) =>
  does(device, { name: 'deleteMessages', input: { ids: [id] } });
const clear = (device: ZoneDevice, { conversation }: Message) =>
  does(device, { name: 'deleteConversation', input: { conversationId: conversation } });
const recover = (device: ZoneDevice, { id }: Message) =>
  does(device, { name: 'recoverMessages', input: { ids: [id] } });
const forGood = (device: ZoneDevice, { id }: Message) =>
  does(device, { name: 'deleteForGood', input: { ids: [id] } });

/** Where there is nothing to delete, that is said and nothing happens. */
async function orNothing(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    expect((error as { reason?: string }).reason).toMatch(/^(nothingToDelete|noMessage)$/);
    return null;
  }
}

async function undone(work: Promise<unknown>): Promise<void> {
  const answer = (await orNothing(work)) as { undo?: string | null } | null;
  if (answer?.undo != null) await does(here, { name: 'undoDelete', input: { undo: answer.undo } });
}

const STATES: Record<string, (message: Message) => Promise<unknown>> = {
  shown: async () => {},
  'Recently Deleted': (message) => remove(here, message),
  'with its conversation': (message) => clear(here, message),
  gone: (message) => forGood(here, message),
  'shown, off': async () => {},
  'deleted, off': (message) => remove(here, message),
  'gone, off': (message) => forGood(here, message),
};
const isOff = (state: string) => state.endsWith(', off');

const copies = new Map<string, Uint8Array>();
const EVENTS: Record<string, (message: Message) => Promise<unknown>> = {
  'deleted here': (message) => orNothing(remove(here, message)),
  'deleted here, and Undo': (message) => undone(remove(here, message)),
  'its conversation deleted here': (message) => orNothing(clear(here, message)),
  'its conversation deleted here, and Undo': (message) => undone(clear(here, message)),
  'Recover here': (message) => recover(here, message),
  'Delete Now here': (message) => forGood(here, message),
  'deleted on another device': (message) => orNothing(remove(there, message)),
  'its conversation deleted on another device': (message) => orNothing(clear(there, message)),
  'Recover on another device': (message) => recover(there, message),
  'Delete Now on another device': (message) => forGood(there, message),
  'thirty days are over': () => pass(31),
  'the period of Keep Messages is over': async () => {
    await does(here, { name: 'setKeepMessages', input: { days: 30 } });
    await pass(32);
    // On this device alone nobody else has dated it: after such a jump of the clock it gets its day anew (KEEP-12).
    await pass(2);
  },
  'it comes once more': async ({ id }) => here.adopt(id, copies.get(id) ?? null),
  'a newer message comes': async ({ conversation }) =>
    here.message('newer', clock.now(), { conversation: fromHex(conversation) }),
  'the switch goes on, bring back': () => turnOn('bringBack'),
  'the switch goes on, delete everywhere': () => turnOn('everywhere'),
};

/** So many days, for the cloud and for both devices; what a machine deletes is deleted. */
async function pass(days: number): Promise<void> {
  await inStep();
  clock.ahead += days * DAY;
  for (const device of [here, there]) {
    await device.restart();
    await device.settled();
  }
  for (let round = 0; round < 3; round += 1) {
    await inStep();
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

async function turnOn(deletedHere: 'bringBack' | 'everywhere'): Promise<void> {
  await does(here, { name: 'setSwitch', input: { on: true, deletedHere } });
  await here.until((status) => status.switch === 'on', 'on');
}

function stateOn(device: ZoneDevice, { id }: Message): string {
  const off = getZoneState(device.store, 'messages').switch === 'off' ? ', off' : '';
  const how = deletedHow(device.store, fromHex(id));
  if (isGone(device.store, 'messages', fromHex(id))) return `gone${off}`;
  if (how === 'itself') return off === '' ? 'Recently Deleted' : 'deleted, off';
  return how === 'withConversation' ? `with its conversation${off}` : `shown${off}`;
}

const names = Object.keys(STATES);
const cells = specTable('of a message', names);

async function prepared(state: string): Promise<Message> {
  const conversation = toHex(groupGuid(systemRandom));
  const acceptedMs = clock.now() - 5 * DAY;
  const id = here.message(`a message that is ${state}`, acceptedMs, { conversation: fromHex(conversation) });
  copies.set(id, here.record(id) ?? new Uint8Array());
  return { id, conversation };
}

async function run(event: string, those: Cell[]): Promise<string[]> {
  const messages = new Map<string, Message>();
  for (const { state } of those) messages.set(state, await prepared(state));
  await inStep();
  if (those.some(({ state }) => isOff(state))) {
    await does(here, { name: 'setSwitch', input: { on: false } });
    await here.until((status) => status.switch === 'off', 'off');
  }
  for (const [state, message] of messages) await STATES[state]!(message);
  await inStep();
  for (const [state, message] of messages) expect(stateOn(here, message)).toBe(state);
  // Time passes for all of them at once, and so does the switch go on.
  const once = /over$|^the switch goes on/.test(event);
  for (const message of [...messages.values()].slice(0, once ? 1 : undefined)) await EVENTS[event]!(message);
  await inStep();
  return those.map(({ state }) => {
    const message = messages.get(state)!;
    const now = stateOn(here, message);
    // Both take part: they hold the same.
    if (!now.endsWith(', off')) expect(stateOn(there, message)).toBe(now);
    return `${state}: ${now}`;
  });
}

describe('DEL-1 DEL-2 DEL-3 DEL-4 DEL-5 the table of deleting', () => {
  test('has every state and every event', () => {
    expect([...new Set(cells.map(({ event }) => event))]).toEqual(Object.keys(EVENTS));
  });

  for (const event of Object.keys(EVENTS)) {
    for (const off of [false, true]) {
      const those = cells.filter((cell) => cell.event === event && isOff(cell.state) === off);
      test(`${event}, switch ${off ? 'off' : 'on'}`, async () => {
        expect(await run(event, those)).toEqual(those.map(({ state, next }) => `${state}: ${next}`));
      }, 30_000);
    }
  }
});
