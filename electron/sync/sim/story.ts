/**
 * One simulated story: two people, four devices, a seed. They write, react, delete, recover, switch off and on, lose their connection,
 * are killed and started again, with clocks that are off; then everything heals, and all must be equal.
 *
 * What must hold at the end: the devices of an account hold the same records byte by byte, with the digest that the cloud keeps; every message
 * whose send was answered is everywhere exactly once, unless it was deleted for good; what is gone stays gone.
 */
import { copyFileSync } from 'node:fs';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { toHex } from '../../../shared/crypto/bytes.ts';
import { tombstoneHash } from '../../../shared/crypto/zone-digest.ts';
import { zoneDigest } from '../../store/zone-state.ts';
import { firstDevice, nextDevice, type ZoneDevice } from '../testing/zone-device.ts';
import { type SeededRandom, seeded } from './random.ts';
import { type Faults, NO_FAULTS, World } from './world.ts';

type Line = { up: boolean; faults: Faults };
type Actor = {
  name: string;
  device: ZoneDevice;
  line: Line;
  clock: { offMs: number };
  alive: boolean;
  person: 'anna' | 'bob';
  /** An old copy of its folder, and how many messages had been written then. */
  copy: { file: string; sent: number } | null;
};

export type StoryOptions = { seed: number; steps?: number };

const STORM: Faults = { lost: 0.08, answerLost: 0.08, busy: 0.05, duplicate: 0.05, delayMs: 400 };
const START = 1_760_000_000_000;

export async function story(options: StoryOptions): Promise<string[]> {
  const random = seeded(options.seed);
  const world = new World(random.fork(), START);
  const log: string[] = [];
  const cloudRandom = random.fork();
  const cloud = await createCloud({
    dataDir: ':memory:',
    registration: 'open',
    clock: world.clock,
    timers: world.cloudTimers,
    random: cloudRandom.bytes,
  });
  const actors = await cast(cloud, world, random);
  let pendingCommands = 0;
  world.busy = () => pendingCommands > 0 || actors.some(({ alive, device }) => alive && device.core.busy());

  const told = async (actor: Actor, what: string, work: () => Promise<unknown>): Promise<boolean> => {
    pendingCommands += 1;
    try {
      await work();
      log.push(`${world.now - START} ${actor.name} ${what}`);
      return true;
    } catch (error) {
      log.push(
        `${world.now - START} ${actor.name} ${what}: ${error instanceof Error ? error.message : error}`,
      );
      return false;
    } finally {
      pendingCommands -= 1;
    }
  };

  for (const actor of actors) {
    actor.device.core.start();
  }
  await world.run(5_000);
  const anna = actors[0] as Actor;
  let conversation = '';
  const opening = told(anna, 'starts a conversation', async () => {
    const input = { handles: ['bob@example.org'], name: null };
    conversation = (await anna.device.core.execute({ name: 'startConversation', input })).id;
  });
  await world.run(5_000);
  await opening;

  const sent: string[] = [];
  /** Written on a device that was put back to before that: nobody can promise these. */
  const maybe = new Set<string>();
  const goneForGood = new Set<string>();
  for (const actor of actors) {
    actor.line.faults = STORM;
  }
  for (let step = 0; step < (options.steps ?? 40); step += 1) {
    await act(random.pick(actors), step);
    await world.run(random.below(random.chance(0.1) ? 90_000 : 3_000));
  }

  async function act(actor: Actor, step: number): Promise<void> {
    const { core } = actor.device;
    const die = random.below(100);
    if (!actor.alive) {
      // Of several devices: the last one's copy would be the only one there is.
      if (actor.copy !== null && actor.person === 'anna' && random.chance(0.4)) {
        copyFileSync(actor.copy.file, actor.device.store.path);
        for (const text of sent.slice(actor.copy.sent))
          if (text.startsWith(`${actor.name} `)) maybe.add(text);
        actor.copy = null;
        log.push(`${world.now - START} ${actor.name} is put back to an old copy of its folder`);
      }
      actor.device.start();
      actor.alive = true;
      log.push(`${world.now - START} ${actor.name} starts again`);
      return;
    }
    if (random.chance(0.04)) {
      actor.clock.offMs = random.pick([0, 30_000, -90_000, 40 * 86_400_000, -400 * 86_400_000]);
      log.push(`${world.now - START} ${actor.name}'s clock is off by ${actor.clock.offMs}`);
    }
    if (die < 45) {
      const text = `${actor.name} ${step}`;
      if (
        await told(actor, `writes "${text}"`, () =>
          core.execute({ name: 'send', input: { conversationId: conversation, text, replyTo: null } }),
        )
      ) {
        sent.push(text);
      }
    } else if (die < 55) {
      const message = someMessage(actor.device, random);
      if (message !== null) {
        await told(actor, `reacts to ${message.text}`, () =>
          core.execute({ name: 'react', input: { id: message.id, emoji: random.pick(['👍', '❤️', '']) } }),
        );
      }
    } else if (die < 63) {
      const message = someMessage(actor.device, random);
      if (message !== null) {
        await told(actor, `deletes ${message.text}`, () =>
          core.execute({ name: 'deleteMessages', input: { ids: [message.id] } }),
        );
      }
    } else if (die < 68) {
      const message = someMessage(actor.device, random, true);
      if (message !== null) {
        await told(actor, `recovers ${message.text}`, () =>
          core.execute({ name: 'recoverMessages', input: { ids: [message.id] } }),
        );
      }
    } else if (die < 71 && actor.person === 'anna') {
      const message = someMessage(actor.device, random, true);
      const on = core.status().switch;
      if (message !== null && (on === 'on' || on === 'enabling')) {
        goneForGood.add(message.text);
        await told(actor, `deletes ${message.text} for good`, () =>
          core.execute({ name: 'deleteForGood', input: { ids: [message.id] } }),
        );
      }
    } else if (die < 76) {
      await told(actor, 'reads', () =>
        core.execute({ name: 'markRead', input: { conversationId: conversation, upTo: null } }),
      );
    } else if (die < 80) {
      await told(actor, 'drafts', () =>
        core.execute({ name: 'setDraft', input: { conversationId: conversation, text: `draft ${step}` } }),
      );
    } else if (die < 86) {
      actor.line.up = !actor.line.up;
      log.push(`${world.now - START} ${actor.name} is ${actor.line.up ? 'connected' : 'cut off'}`);
    } else if (die < 92) {
      await actor.device.stop();
      actor.alive = false;
      if (actor.copy === null && random.chance(0.5)) {
        actor.copy = { file: `${actor.device.store.path}.copy`, sent: sent.length };
        copyFileSync(actor.device.store.path, actor.copy.file);
      }
      log.push(`${world.now - START} ${actor.name} dies`);
    } else if (die < 96) {
      const on = core.status().switch === 'off';
      await told(actor, `switches ${on ? 'on' : 'off'}`, () =>
        core.execute({ name: 'setSwitch', input: { on } }),
      );
    } else {
      await told(actor, 'synchronizes', () => core.execute({ name: 'syncNow', input: null }));
    }
  }

  // Everything heals.
  for (const actor of actors) {
    actor.line.up = true;
    actor.line.faults = NO_FAULTS;
    actor.clock.offMs = 0;
    if (!actor.alive) {
      actor.device.start();
      actor.alive = true;
    }
  }
  await world.run(120_000);
  for (const actor of actors) {
    await told(actor, 'switches on', () =>
      actor.device.core.execute({ name: 'setSwitch', input: { on: true } }),
    );
    await told(actor, 'synchronizes', () => actor.device.core.execute({ name: 'syncNow', input: null }));
  }
  await world.run(300_000);

  const problems = check(actors, sent, goneForGood, maybe);
  for (const actor of actors) {
    await actor.device.stop();
  }
  await cloud.close();
  return problems.length === 0 ? [] : [`seed ${options.seed}`, ...problems, ...log];
}

async function cast(cloud: Cloud, world: World, random: SeededRandom): Promise<Actor[]> {
  const actors: Actor[] = [];
  const add = async (name: string, person: Actor['person']) => {
    const line: Line = { up: true, faults: NO_FAULTS };
    const stream = random.fork();
    const clock = world.clockOff(random.below(120_000) - 60_000);
    const known = actors.find((actor) => actor.person === person);
    const deviceOptions = {
      fetch: world.fetchThrough(() => cloud, line),
      clock,
      timers: world.timers,
      random: stream.bytes,
      whole: true,
    };
    const device =
      known === undefined
        ? await firstDevice(cloud, `${person}@example.org`, deviceOptions)
        : await nextDevice(cloud, known.device.person, deviceOptions);
    actors.push({ name, device, line, clock, alive: true, person, copy: null });
  };
  await add('anna1', 'anna');
  await add('anna2', 'anna');
  await add('anna3', 'anna');
  await add('bob', 'bob');
  return actors;
}

function someMessage(
  device: ZoneDevice,
  random: SeededRandom,
  deleted = false,
): { id: string; text: string } | null {
  const rows = device.store.all<{ id: Uint8Array; text: string }>(
    deleted
      ? 'SELECT id, text FROM message WHERE deleted_ms IS NOT NULL ORDER BY id'
      : 'SELECT id, text FROM message WHERE shown = 1 ORDER BY id',
  );
  if (rows.length === 0) {
    return null;
  }
  const row = random.pick(rows);
  return { id: toHex(row.id), text: row.text };
}

function check(actors: Actor[], sent: string[], goneForGood: Set<string>, maybe: Set<string>): string[] {
  const problems: string[] = [];
  const content = ({ device }: Actor) =>
    device.store
      .all<{ id: Uint8Array; gone: number; payload: Uint8Array | null }>(
        'SELECT id, gone, payload FROM record WHERE zone = 2 AND NOT (gone = 0 AND payload IS NULL) ORDER BY id',
      )
      .map(({ id, gone, payload }) => `${toHex(id)} ${gone} ${payload === null ? '' : toHex(payload)}`);
  const texts = ({ device }: Actor) =>
    device.store
      .all<{ text: string }>('SELECT text FROM message ORDER BY accepted_ms, guid')
      .map(({ text }) => text);

  const [one, ...others] = actors.filter(({ person }) => person === 'anna');
  if (one === undefined) {
    return ['nobody'];
  }
  for (const other of others) {
    const a = content(one);
    const b = content(other);
    if (a.join() !== b.join()) {
      const only = (x: string[], y: string[]) =>
        x.filter((line) => !y.includes(line)).map((line) => line.slice(0, 400));
      problems.push(
        `${one.name} and ${other.name} differ`,
        ...only(a, b).map((line) => `  - ${line}`),
        ...only(b, a).map((line) => `  + ${line}`),
      );
    }
    if (
      toHex(zoneDigest(one.device.store, 'messages')) !== toHex(zoneDigest(other.device.store, 'messages'))
    ) {
      problems.push(`${one.name} and ${other.name} have other digests`);
    }
  }
  for (const actor of actors) {
    const here = texts(actor);
    for (const text of sent) {
      const count = here.filter((one) => one === text).length;
      const mayBeGone = maybe.has(text) || (actor.person === 'anna' && goneForGood.has(text));
      if (count > 1 || (count === 0 && !mayBeGone)) {
        problems.push(`${actor.name} has "${text}" ${count} times`);
      }
    }
    const status = actor.device.core.status();
    if (status.phase !== 'idle' || status.waitingToSend > 0) {
      problems.push(
        `${actor.name} is not done: ${JSON.stringify(status)} ${actor.device.failures.slice(-3).join(' | ')}`,
      );
    }
    const undone = actor.device.store.get<{ n: number }>(
      'SELECT count(*) AS n FROM record WHERE zone = 2 AND gone = 0 AND hash = ?',
      tombstoneHash(),
    );
    if ((undone?.n ?? 0) > 0) {
      problems.push(`${actor.name} still holds ${undone?.n} tombstones back`);
    }
    for (const failure of actor.device.failures) {
      if (failure.includes(' internal ')) {
        problems.push(`${actor.name}: ${failure}`);
      }
    }
  }
  return problems;
}
