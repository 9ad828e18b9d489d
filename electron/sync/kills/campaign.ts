/**
 * One kill after the other: an act is done, a process dies at a point in it, is started again, and everybody has to come to rest with
 * nothing lost. Kills of one scene follow each other on the same files, so each begins with what the ones before left behind.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Armed } from '../../../cloud/testing/reaper.ts';
import { seeded } from '../sim/random.ts';
import { MESSAGE_ACTS } from './acts.ts';
import { ACCOUNT_ACTS } from './acts-account.ts';
import { CLOUD_ACTS } from './acts-cloud.ts';
import { DISK_ACTS } from './acts-disk.ts';
import { PEOPLE_ACTS } from './acts-people.ts';
import type { Act } from './doing.ts';
import { type CloudProcess, type DeviceProcess, Killed, type Scripts } from './processes.ts';
import { rest } from './rest.ts';
import { type Image, Scene, type Side } from './scene.ts';
import { ownerOf, TABLES } from './tables.ts';

export const ACTS = { ...MESSAGE_ACTS, ...ACCOUNT_ACTS, ...PEOPLE_ACTS, ...DISK_ACTS, ...CLOUD_ACTS };
export type ActName = keyof typeof ACTS;

export type Kill = { side: Side; act: ActName; point: string; times: number; afterUs: number };
export type Told = {
  /** It died there. */
  reached: boolean;
  problems: string[];
  /** Where nobody died: what was passed on either side, how often. */
  passed: Record<Side, [string, number][]>;
};

async function begun(scene: Scene): Promise<void> {
  const problems = await rest(scene);
  if (problems.length > 0) throw new Error(`The scene does not begin: ${problems.join('; ')}`);
}

/** What all scenes of a run begin with, made when the first is asked for. */
export class Images {
  readonly #scripts: Scripts;
  readonly #folder = mkdtempSync(join(tmpdir(), 'lockstep-kills-image-'));
  #image: Promise<Image> | null = null;

  constructor(scripts: Scripts) {
    this.#scripts = scripts;
  }

  image(): Promise<Image> {
    this.#image ??= this.#make();
    return this.#image;
  }
  async #make(): Promise<Image> {
    const scene = new Scene(this.#scripts, seeded(0));
    try {
      await scene.open();
      await begun(scene);
      return await scene.toImage(this.#folder);
    } finally {
      await scene.close();
    }
  }
  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A scene gets slower as it fills. */
const ACTS_OF_A_SCENE = 60;

export class Campaign {
  readonly #scripts: Scripts;
  readonly #images: Images;
  readonly #dice;
  readonly #keepIn: string | null;
  #kept = 0;
  #scene: Scene | null = null;
  /** What was done in it, and who was killed where. */
  #history: string[] = [];

  /** `keepIn`: a folder for the files of each scene in which something was wrong. */
  constructor(scripts: Scripts, images: Images, seed: number, keepIn: string | null = null) {
    this.#scripts = scripts;
    this.#images = images;
    this.#dice = seeded(seed);
    this.#keepIn = keepIn;
  }

  /** Null: nobody is killed, and what is passed is told. */
  async does(name: ActName, kill: Kill | null): Promise<Told> {
    const act: Act = ACTS[name];
    const what = `${name}${kill === null ? '' : ` (${kill.side} ${kill.point}, passing ${kill.times})`}`;
    const told: Told = { reached: false, problems: [], passed: { device: [], cloud: [] } };
    try {
      const scene = await this.#open();
      await act.prepare?.(scene);
      if (act.alone === undefined) {
        await run(scene, act, kill, told);
      } else {
        const { reached, problems, passed } = await act.alone(scene, armedFor(kill));
        told.reached = reached;
        told.problems.push(...problems);
        told.passed.cloud = passed;
      }
      told.problems.push(...(await rest(scene, act.again)));
      if (told.problems.length === 0) told.problems.push(...((await act.check?.(scene)) ?? []));
      if (kill !== null) told.problems.push(...(await unknownOwners(scene)));
    } catch (error) {
      told.problems.push(`${error instanceof Error ? error.stack : error}`);
    }
    const last = told.problems.pop();
    // What is wrong now may have begun in an act before.
    if (last !== undefined) told.problems.push(`${last}; before, in this scene: ${this.#history.join(', ')}`);
    this.#history.push(what);
    const wrong = told.problems.length > 0;
    if (act.spends === true || wrong || this.#history.length >= ACTS_OF_A_SCENE) await this.#end(wrong);
    return told;
  }

  async #open(): Promise<Scene> {
    if (this.#scene === null) {
      const image = await this.#images.image();
      this.#scene = new Scene(this.#scripts, this.#dice.fork());
      this.#history = [];
      await this.#scene.openFrom(image);
      await begun(this.#scene);
    }
    return this.#scene;
  }

  close(): Promise<void> {
    return this.#end(false);
  }

  async #end(wrong: boolean): Promise<void> {
    const scene = this.#scene;
    this.#scene = null;
    const kept = wrong && this.#keepIn !== null ? join(this.#keepIn, `scene ${++this.#kept}`) : null;
    await scene?.close(kept);
  }
}

/** A timer that counts while the transaction of a first sync lies open between two slices: it reads in it, and makes nothing so. */
const READS_IN_BULK = 'nobody: inside';

/**
 * What is doing there, of what was passed since, and has no point in its table: a step, a command, a call or a chore at which nobody is
 * killed. (A moment more of what is known happens now and then: which statement is a transaction's second depends on what there is.)
 */
async function unknownOwners(scene: Scene): Promise<string[]> {
  const passed = {
    device: scene.device.dead ? [] : await scene.device.passed(),
    cloud: await scene.cloud.passed(),
  };
  return (['device', 'cloud'] as const).flatMap((side) => {
    const known = new Set(Object.keys(TABLES[side]).map(ownerOf));
    return passed[side]
      .filter(([point]) => !known.has(ownerOf(point)) && point !== READS_IN_BULK)
      .map(([point]) => `a point of the ${side} that points.ts knows nothing of: ${point}`);
  });
}

/** Nobody: then what is passed is counted all the same. */
function armedFor(kill: Kill | null): Armed {
  if (kill === null) return { point: '', times: 1, afterUs: 0 };
  const { point, times, afterUs } = kill;
  return { point, times, afterUs };
}

const within = (ms: number, what: Promise<unknown>): Promise<unknown> =>
  Promise.race([what, new Promise((resolve) => setTimeout(resolve, ms))]);

/** Of an end that has happened already, on a machine with much else to do. */
const HEARD_MS = 2_000;
/** The cloud empties its log a second after what was deleted there, and the act may be over by then. */
const SWEPT_MS = 4_000;

async function run(scene: Scene, act: Act, kill: Kill | null, told: Told): Promise<void> {
  const armed = armedFor(kill);
  const of = (side: Side) => (kill === null || kill.side === side ? armed : null);
  const victim = (): CloudProcess | DeviceProcess => (kill?.side === 'cloud' ? scene.cloud : scene.device);
  try {
    // A process that is started for the act is armed as it starts.
    if (act.starts !== 'device') await scene.device.arm(of('device'));
    if (act.starts !== 'cloud') await scene.cloud.arm(of('cloud'));
    if (act.starts === 'device') await scene.startDevice(of('device'));
    if (act.starts === 'cloud') {
      await scene.startCloud({ restored: act.restored === true, armed: of('cloud') });
    }
    await act.run(scene);
  } catch (error) {
    // Whoever asked the cloud may hear of its end before this process does.
    if (kill !== null && !(error instanceof Killed)) await within(HEARD_MS, victim().ended);
    const killed = error instanceof Killed || victim().dead;
    if (kill === null || !killed) throw error;
  }
  if (kill === null) {
    if (!scene.device.dead) told.passed.device = await scene.device.passed();
    told.passed.cloud = await scene.cloud.passed();
    return;
  }
  const patienceMs = kill.point.startsWith('sweep: ') && kill.side === 'cloud' ? SWEPT_MS : 60;
  if (!victim().dead) await within(patienceMs, victim().ended);
  if (victim().dead) {
    told.reached = (await victim().ended) === 'SIGKILL';
    if (!told.reached) told.problems.push(`the process ended by itself: ${await victim().ended}`);
    return;
  }
  // It went another way, or not so often: the caller may want to know how often.
  told.passed[kill.side] = await victim()
    .passed()
    .catch(() => []);
  await victim()
    .arm(null)
    .catch(() => {});
}
