/**
 * Who plays in a simulation: a cloud, two people with their devices, a conversation of two and a group. Setting that up is the same for every
 * seed and done once; each run begins with copies of its databases.
 */
import type { CloudImage } from '../../../cloud/storage/open.ts';
import { addDevice, type Person, signUp, type TestDevice } from '../../../cloud/testing/person.ts';
import { toHex } from '../../../shared/crypto/bytes.ts';
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { getIdentity } from '../../store/identity.ts';
import type { SyncParts } from '../run/assemble.ts';
import { FarSide } from './far-side.ts';
import { Folders } from './folders.ts';
import { KillPoints } from './kill-points.ts';
import { leanResponses } from './lean.ts';
import { Ledger, messagesOf, type PersonName, type Row } from './ledger.ts';
import { changesLeft } from './left-changes.ts';
import { FINE, type Line, lineTo } from './network.ts';
import { derived, type SeededRandom, seeded } from './random.ts';
import { rememberSignatures } from './remembering.ts';
import { rememberSaid } from './said.ts';
import type { Newer } from './schemas.ts';
import { cloudSizesOf, isShort, sizesOf } from './short.ts';
import { SimCloud } from './sim-cloud.ts';
import { SimDevice } from './sim-device.ts';
import type { Undoable } from './undo-acts.ts';
import { World } from './world.ts';

export type Actor = {
  readonly name: string;
  readonly person: PersonName;
  readonly device: SimDevice;
  /** Hex. */
  readonly id: string;
  readonly line: Line;
  readonly clock: { offMs: number; drift: number };
  readonly disk: { freeBytes: number | null; full: boolean };
  readonly kills: KillPoints;
  readonly far: FarSide;
  /** Why it was ever paused, and what its notices said. */
  readonly said: Set<string>;
  /** Is never removed and never put back: what nobody deleted is at least here. */
  readonly anchor: boolean;
  /** The tick of its removal; null while it is of the account. */
  removed: number | null;
  /** Somebody asked for its removal, and may not have heard that it was done. */
  perhapsRemoved: boolean;
  /** An old copy of its database and of its folder of files (null: none), and when that was. */
  copy: { image: Uint8Array; files: string | null; tick: number } | null;
  /** The tick at which it became one of its account's. */
  readonly joined: number;
  /** What was looked at last (checks.ts): the same again needs no second look. */
  looked: readonly Row[] | null;
  /** Messages that were seen here; those that were hidden, or gone, afterwards. */
  seen: Set<string>;
  hidden: Set<string>;
  /** Those that were here when everything that had come by mail was last acknowledged (put-back.ts). */
  acknowledged: readonly Row[];
  /** Those that were here when it was looked at last. */
  there: ReadonlySet<string>;
};

/**
 * `opening`: made before, by `setUp`. `long`: a removed device makes room for a new one, and there are never more than `MOST_DEVICES` of both
 * people.
 */
export type StageOptions = { seed: number; long?: boolean; parts?: SyncParts; opening?: Opening };

const START = 1_760_000_000_000;
/** At one time: of each person, in a long story of both. */
export const MOST_DEVICES = 6;

export class Stage {
  readonly seed: number;
  readonly long: boolean;
  readonly world: World;
  readonly folders: Folders;
  readonly cloud: SimCloud;
  readonly random: SeededRandom;
  readonly ledger = new Ledger();
  readonly actors: Actor[] = [];
  readonly people: Record<PersonName, Person>;
  readonly conversations: string[];
  readonly trace: string[] = [];
  /** How often each act was done and each fault fired. */
  readonly counts = new Map<string, number>();
  /** Of devices that are put away (left-changes.ts). */
  readonly leftChanges = new Set<string>();
  readonly parts: SyncParts | undefined;
  /** Of the cloud, good as long as no keyring has changed since. */
  backup: CloudImage | null = null;
  /** A cloud is another than files went to, or an older one: of what had come to nobody of an account the files are gone. */
  mayLackFiles = false;
  /** The copy from which a hostile cloud answers. */
  copy: SimCloud | null = null;
  /** Changes of a keyring under way. */
  keyringMoves = 0;
  /** What newer apps wrote. */
  readonly newer: Newer[] = [];
  /** Deletes that were answered, with what undoes them (undo-acts.ts). */
  readonly undoable: Undoable[] = [];
  /** How often Undo of a purge was pressed without the cloud's answer to it being heard: it may still be on its way there. */
  readonly undosAsked: Record<PersonName, number> = { anna: 0, bob: 0 };
  /** How many points at which a device dies were chosen. */
  armed = 0;
  /** Of the cloud, until it is put right. */
  limited = false;
  #waiting = 0;
  /** Ever, by person and in all. */
  readonly #added = { anna: 0, bob: 0, all: 0 };

  constructor(
    options: StageOptions,
    world: World,
    folders: Folders,
    cloud: SimCloud,
    opening: Opening | null,
  ) {
    this.seed = options.seed;
    this.long = options.long ?? false;
    this.parts = options.parts;
    this.world = world;
    this.folders = folders;
    this.cloud = cloud;
    this.random = seeded(derived(options.seed, 1_000_001));
    this.people = (opening?.people ?? {}) as Record<PersonName, Person>;
    this.conversations = opening === null ? [] : [...opening.conversations];
    world.busy = () => this.#waiting > 0 || this.actors.some(({ device }) => device.busy);
  }

  of(person: PersonName): Actor[] {
    return this.actors.filter((actor) => actor.person === person && actor.removed === null);
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  say(line: string): void {
    this.trace.push(`${((this.world.now - START) / 1000).toFixed(3)} ${line}`);
  }

  /**
   * What somebody does on a device. Goes on by itself: a command that asks the cloud takes time. `perhaps`: the device died meanwhile, and
   * nobody heard whether it was done.
   */
  does(actor: Actor, what: string, work: () => Promise<unknown>, perhaps: () => void = () => {}): void {
    this.#waiting += 1;
    const begun = this.world.now;
    const { lives } = actor.device;
    const later = () => (this.world.now === begun ? '' : ` (asked at ${(begun - START) / 1000})`);
    void work()
      .then(
        () => this.say(`${actor.name} ${what}${later()}`),
        (error: unknown) => {
          if (!actor.device.alive || actor.device.lives !== lives) perhaps();
          this.say(`${actor.name} ${what}${later()}: ${error instanceof Error ? error.message : error}`);
        },
      )
      .finally(() => {
        this.#waiting -= 1;
      });
  }

  /** Something goes on that the world waits for. */
  hold(work: Promise<unknown>): void {
    this.#waiting += 1;
    void work.finally(() => {
      this.#waiting -= 1;
    });
  }

  #killedAt(actor: Actor, point: string): boolean {
    if (!actor.device.alive) return false;
    this.count(`fault: killed ${point}`);
    this.say(`${actor.name} is killed ${point}`);
    this.hold(actor.device.kill());
    return true;
  }

  add(
    person: PersonName,
    account: TestDevice | { deviceId: string },
    options: { anchor: boolean; from?: Uint8Array },
  ): Actor {
    this.#added[person] += 1;
    const name = `${person}${this.#added[person]}`;
    const { world, folders } = this;
    const random = seeded(derived(this.seed, 2_000_000 + this.#added.all++));
    const line: Line = { up: true, weather: FINE };
    const clock = world.clockOff(0);
    const disk: Actor['disk'] = { freeBytes: null, full: false };
    const kills = new KillPoints((point) => this.#killedAt(actor, point));
    const short = isShort(this.seed);
    const far = new FarSide(this.cloud, world.clock.now, (what) => this.count(what), short);
    const said = new Set<string>();
    const device = new SimDevice(folders.make(), {
      emit: (event) => {
        if (event.type === 'status' && event.status.paused !== null) said.add(event.status.paused.reason);
      },
      fetch: kills.on(lineTo(far, line, world, random.fork(), (what) => this.count(what), short)),
      started: (store) => {
        far.asking.startsAnew();
        kills.watch(store);
        rememberSaid(store, said);
      },
      clock,
      random: random.bytes,
      world,
      freeBytes: () => disk.freeBytes,
      sizes: sizesOf(this.seed),
      ...(this.parts === undefined ? {} : { parts: this.parts }),
    });
    if (options.from !== undefined) device.putBack(options.from);
    const id = 'deviceId' in account ? account.deviceId : toHex(account.keys.deviceId);
    const { anchor } = options;
    const actor: Actor = {
      ...{ name, person, device, id, line, clock, disk, anchor, kills, far, said },
      ...{
        joined: this.ledger.tick,
        removed: null,
        perhapsRemoved: false,
        copy: null,
        looked: null,
        acknowledged: [],
        seen: new Set<string>(),
        hidden: new Set<string>(),
        there: new Set<string>(),
      },
    };
    this.actors.push(actor);
    return actor;
  }

  /** A device that was removed, and knows it, is put away for good: its place is free. False: there is none. */
  async retire(): Promise<boolean> {
    const at = this.actors.findIndex(
      ({ removed, device }) =>
        removed !== null && device.look((store) => getIdentity(store)?.state) !== 'active',
    );
    const [gone] = at === -1 ? [] : this.actors.splice(at, 1);
    if (gone === undefined) return false;
    for (const change of gone.device.look(changesLeft)) this.leftChanges.add(change);
    if (gone.device.alive) await gone.device.stop();
    gone.device.end();
    this.say(`${gone.name} is put away`);
    return true;
  }

  async close(): Promise<void> {
    for (const { device } of this.actors) {
      if (device.alive) await device.kill();
      device.end();
    }
    await this.cloud.close();
    await this.copy?.close();
    this.folders.remove();
  }
}

/** What every run begins with. */
export type Opening = {
  cloud: CloudImage;
  now: number;
  people: Record<PersonName, Person>;
  devices: { person: PersonName; id: string; image: Uint8Array; anchor: boolean }[];
  conversations: string[];
};

let opening: Promise<Opening> | null = null;

/** Three devices of Anna's and one of Bob's, all in step, with a few messages. */
export async function openStage(options: StageOptions): Promise<Stage> {
  opening ??= options.opening === undefined ? setUp() : Promise.resolve(options.opening);
  const given = await opening;
  const random = seeded(derived(options.seed, 0));
  const world = new World(given.now);
  const folders = new Folders();
  const cloud = new SimCloud(world, random.fork(), cloudSizesOf(options.seed));
  await cloud.start(given.cloud);
  const stage = new Stage(options, world, folders, cloud, given);
  for (const { person, id, image, anchor } of given.devices) {
    const actor = stage.add(person, { deviceId: id }, { anchor, from: image });
    actor.clock.offMs = random.below(120_000) - 60_000;
    actor.device.start();
  }
  for (const row of messagesOf((stage.actors[0] as Actor).device)) {
    stage.ledger.sent.set(row.guid, { guid: row.guid, text: row.text, by: '', tick: 0, removed: [] });
    stage.ledger.stands('anna', row);
  }
  await world.run(1_000);
  return stage;
}

export async function setUp(): Promise<Opening> {
  await sodiumReady();
  rememberSignatures();
  leanResponses();
  const random = seeded(1);
  const world = new World(START);
  const folders = new Folders();
  process.once('exit', () => folders.remove());
  const cloud = new SimCloud(world, random.fork());
  await cloud.start();
  const stage = new Stage({ seed: 0 }, world, folders, cloud, null);
  const anna = await signUp(cloud.cloud, 'anna@example.org', { random: random.bytes });
  const bob = await signUp(cloud.cloud, 'bob@example.org', { random: random.bytes });
  // Is never there: her mail waits for her.
  await signUp(cloud.cloud, 'carol@example.org', { random: random.bytes });
  const accounts: [PersonName, TestDevice, boolean][] = [
    ['anna', anna, true],
    ['bob', bob, true],
    ['anna', await addDevice(cloud.cloud, anna.person, random.bytes), false],
    ['anna', await addDevice(cloud.cloud, anna.person, random.bytes), false],
  ];
  for (const [person, account, anchor] of accounts) {
    const actor = stage.add(person, account, { anchor });
    await actor.device.become(account, true);
    actor.device.start();
  }
  await world.run(30_000);
  const [one, two] = stage.actors as [Actor, Actor];
  const begin = (name: string | null, handles: string[]) => {
    stage.does(one, 'starts a conversation', async () => {
      const { id } = await one.device.execute('startConversation', { handles, name });
      stage.conversations.push(id);
    });
    return world.run(10_000);
  };
  await begin(null, ['bob@example.org']);
  await begin('Together', ['bob@example.org', 'carol@example.org']);
  for (const actor of [one, two, one]) {
    for (const conversationId of stage.conversations) {
      const text = `${actor.name} ${world.now - START}`;
      stage.does(actor, 'writes', () =>
        actor.device.execute('send', { conversationId, text, replyTo: null }),
      );
      await world.run(10_000);
    }
  }
  await world.run(60_000);
  const devices: Opening['devices'] = [];
  for (const { person, id, device, anchor } of stage.actors) {
    await device.stop();
    devices.push({ person, id, anchor, image: device.copy() });
    device.end();
  }
  const image = cloud.cloud.image();
  await cloud.close();
  return {
    cloud: image,
    now: world.now,
    people: { anna: anna.person, bob: bob.person },
    devices,
    conversations: stage.conversations,
  };
}
