/** Clouds, devices and people for the demo and the pictures: real programs, driven through the devices' local API. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { connectDevice, type DeviceClient } from './device-client.ts';
import { Program } from './program.ts';

export type Who = { handle: string; name: string; password: string };

export class DemoDevice {
  readonly program: Program;
  readonly client: DeviceClient;

  constructor(program: Program, client: DeviceClient) {
    this.program = program;
    this.client = client;
  }
}

export class DemoWorld {
  readonly folder = mkdtempSync(join(tmpdir(), 'lockstep-demo-'));
  private readonly programs: Program[] = [];
  private cloudUrl = '';

  async cloud(): Promise<string> {
    const cloud = new Program({
      name: 'the cloud',
      script: 'cloud/main.ts',
      args: (port) => ['--data', join(this.folder, 'cloud'), '--port', String(port), '--name', 'Demo'],
      ready: /^Cloud ready: (http\S+)$/,
    });
    this.programs.push(cloud);
    await cloud.start();
    this.cloudUrl = cloud.origin;
    return cloud.origin;
  }

  async device(name: string): Promise<DemoDevice> {
    const folder = join(this.folder, name.toLowerCase().replace(/[^a-z]+/g, '-'));
    const program = new Program({
      name,
      script: 'out/main/browser.js',
      args: (port) => [
        '--browser',
        '--profile',
        folder,
        '--cloud',
        this.cloudUrl,
        '--port',
        String(port),
        '--no-open',
      ],
      ready: /^Lockstep ready: (http\S+)$/,
      env: {
        HOME: this.folder,
        XDG_DATA_HOME: join(this.folder, 'data'),
        // Its cloud is on this computer: nothing is saved by waiting.
        LOCKSTEP_CONDITIONS: 'none',
      },
    });
    this.programs.push(program);
    await program.start();
    return new DemoDevice(program, await connectDevice(program.address));
  }

  private get where() {
    return { kind: 'address', url: this.cloudUrl } as const;
  }

  /** Returns the recovery key's words. */
  async signUp({ client }: DemoDevice, who: Who, deviceName: string): Promise<string[]> {
    const state = await client.session.signUp.mutate({ ...who, cloud: this.where, deviceName });
    if (state.kind !== 'confirmRecovery') throw new Error(`After sign-up the device says ${state.kind}.`);
    const [first, second] = state.ask;
    await client.session.confirmRecovery.mutate({
      answers: [state.words[first] ?? '', state.words[second] ?? ''],
    });
    return state.words;
  }

  async signIn({ client }: DemoDevice, who: Who, deviceName: string): Promise<void> {
    const { handle, password } = who;
    await client.session.signIn.mutate({ cloud: this.where, handle, password, deviceName });
  }

  /** Sends, and waits until the others have it: so that the order is what was meant. */
  async say(from: DemoDevice, to: DemoDevice[], conversationId: string, text: string): Promise<void> {
    await from.client.messages.send.mutate({ conversationId, text });
    for (const device of to) await this.arrived(device, conversationId, text);
  }

  async arrived({ client, program }: DemoDevice, conversationId: string, text: string): Promise<void> {
    const until = Date.now() + 60_000;
    while (Date.now() < until) {
      const page = await client.messages.page.query({ conversationId }).catch(() => null);
      if (page?.messages.some((message) => message.text === text)) return;
      await wait(100);
    }
    throw new Error(`“${text}” did not arrive within a minute.\n${program.log()}`);
  }

  /** Ends every program kindly and removes the folder. Returns what went wrong. */
  async end(): Promise<string[]> {
    const stopped = await Promise.allSettled(this.programs.toReversed().map((program) => program.stop()));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
    return stopped.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
  }
}
