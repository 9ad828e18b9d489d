/**
 * What every story starts from: `world`, which starts clouds and devices in a folder of its own, opens their windows, and
 * ends all of it afterwards. What a failed story leaves to look at: the window's picture and every process's lines.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, test as base, expect, type Page } from '@playwright/test';
import { Program } from '../../build/program.ts';

export { expect };

export class Cloud extends Program {
  readonly folder: string;

  constructor(folder: string, more: string[]) {
    super({
      name: 'the cloud',
      script: 'cloud/main.ts',
      args: (port) => ['--data', folder, '--port', String(port), ...more],
      ready: /^Cloud ready: (http\S+)$/,
    });
    this.folder = folder;
  }
}

/** One device: its process, its folder and its window. */
export class Device extends Program {
  readonly name: string;
  readonly folder: string;
  private readonly browser: Browser;
  private context: BrowserContext | null = null;
  private opened: Page | null = null;

  constructor(browser: Browser, name: string, folder: string, home: string, cloudUrl: string | null) {
    super({
      name: `the device ${name}`,
      script: 'out/main/browser.js',
      args: (port) => [
        '--browser',
        '--profile',
        folder,
        ...(cloudUrl === null ? [] : ['--cloud', cloudUrl]),
        '--port',
        String(port),
        '--no-open',
      ],
      ready: /^Lockstep ready: (http\S+)$/,
      // Nothing of this machine's own Lockstep, and nothing left in it. No story waits because this machine is a laptop.
      env: {
        HOME: home,
        XDG_DATA_HOME: join(home, 'data'),
        XDG_CONFIG_HOME: join(home, 'config'),
        LOCKSTEP_CONDITIONS: `@${folder}.conditions`,
      },
    });
    this.browser = browser;
    this.name = name;
    this.folder = folder;
    this.conditions('none');
  }

  /** What the computer it runs on hangs from, heard within a second. */
  conditions(word: 'battery' | 'metered' | 'battery,metered' | 'none'): void {
    writeFileSync(`${this.folder}.conditions`, word);
  }

  get page(): Page {
    if (this.opened === null) throw new Error(`${this.name} has no window yet`);
    return this.opened;
  }

  /** Opens the window, or loads it again at the address of the latest start. */
  async open(): Promise<Page> {
    this.context ??= await this.browser.newContext();
    this.opened ??= await this.context.newPage();
    await this.opened.goto(this.address);
    return this.opened;
  }

  async close(): Promise<void> {
    await this.context?.close();
    this.context = null;
    this.opened = null;
  }
}

export class World {
  readonly folder = mkdtempSync(join(tmpdir(), 'lockstep-e2e-'));
  readonly programs: Program[] = [];
  private readonly browser: Browser;

  constructor(browser: Browser) {
    this.browser = browser;
  }

  async cloud(...more: string[]): Promise<Cloud> {
    const cloud = new Cloud(this.makeFolder('cloud'), more);
    this.programs.push(cloud);
    await cloud.start();
    return cloud;
  }

  /** Starts a device and opens its window. */
  async device(name: string, cloud: Cloud): Promise<Device> {
    const home = this.makeFolder(`${name}-home`);
    const device = new Device(this.browser, name, this.makeFolder(name), home, cloud.origin);
    this.programs.push(device);
    await device.start();
    await device.open();
    return device;
  }

  /** One whose person chooses at sign-up. Those of one home share its cloud on this computer. */
  async deviceWithoutCloud(name: string, home: string): Promise<Device> {
    const device = new Device(this.browser, name, this.makeFolder(name), home, null);
    this.programs.push(device);
    await device.start();
    await device.open();
    return device;
  }

  makeFolder(name: string): string {
    const safe = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
    const folder = join(this.folder, `${this.programs.length}-${safe}`);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  async end(): Promise<void> {
    for (const program of this.programs) if (program instanceof Device) await program.close();
    await Promise.all(this.programs.map((program) => program.kill()));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

export const test = base.extend<{ world: World }>({
  world: async ({ browser }, use, info) => {
    const world = new World(browser);
    await use(world);
    if (info.status !== info.expectedStatus) {
      for (const [index, program] of world.programs.entries()) {
        await info.attach(`process ${index}`, { body: program.lines.join('\n'), contentType: 'text/plain' });
        process.stdout.write(`--- ${program.constructor.name} ${index}\n${program.log()}\n`);
        if (program instanceof Device && program.running) {
          const body = await program.page.screenshot().catch(() => null);
          if (body !== null) await info.attach(`window ${index}`, { body, contentType: 'image/png' });
        }
      }
    }
    await world.end();
  },
});
