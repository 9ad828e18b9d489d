/**
 * `npm run demo`: a cloud, Anna with two devices and Bob with one, and a little history between them. Everything runs as
 * a person would run it, in a folder of its own that goes with Ctrl-C.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { connectDevice, type DeviceClient } from './device-client.ts';
import { Program } from './program.ts';
import { buildRenderer } from './renderer.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);

const folder = mkdtempSync(join(tmpdir(), 'lockstep-demo-'));
const programs: Program[] = [];
let ending = false;

async function end(code: number): Promise<never> {
  if (!ending) {
    ending = true;
    const stopped = await Promise.allSettled(programs.toReversed().map((program) => program.stop()));
    for (const one of stopped) if (one.status === 'rejected') process.stderr.write(`${String(one.reason)}\n`);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    process.exit(code);
  }
  return new Promise<never>(() => {});
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0));

async function start(program: Program): Promise<Program> {
  programs.push(program);
  await program.start();
  return program;
}

const ANNA = { handle: 'anna@example.org', name: 'Anna', password: 'seven lanterns over the quiet canal' };
const BOB = { handle: 'bob@example.org', name: 'Bob', password: 'a ferry that leaves before breakfast' };

/** Who writes what to whom: what Anna and Bob see when they first look. */
const HISTORY: [DeviceName, string][] = [
  ['anna', 'Are you on the early ferry tomorrow?'],
  ['bob', 'Yes, the 7:40. It is the only one that takes the boat trailer.'],
  ['anna', 'Then I will bring coffee ☕ and the chart of the inner lead.'],
  ['bob', 'And the spare line please. The old one is more knot than rope.'],
  ['anna', 'Done. It is in the blue bag, next to the life jackets.'],
  ['bob', 'Prima. Tot morgen! 👋'],
];
type DeviceName = 'anna' | 'bob';

async function main(): Promise<void> {
  await buildRenderer();
  say('Starting a cloud and three devices…');
  const cloud = await start(
    new Program({
      name: 'the cloud',
      script: 'cloud/main.ts',
      args: (port) => ['--data', join(folder, 'cloud'), '--port', String(port), '--name', 'Demo'],
      ready: /^Cloud ready: (http\S+)$/,
    }),
  );
  const device = (name: string) =>
    start(
      new Program({
        name,
        script: 'electron/browser.ts',
        args: (port) => [
          '--browser',
          '--profile',
          join(folder, name),
          '--cloud',
          cloud.origin,
          '--port',
          String(port),
          '--no-open',
        ],
        ready: /^Lockstep ready: (http\S+)$/,
        env: { HOME: folder, XDG_DATA_HOME: join(folder, 'data') },
      }),
    );
  const where = { kind: 'address', url: cloud.origin } as const;
  const [laptop, bobs, desktop] = [
    await device('annas-laptop'),
    await device('bobs-laptop'),
    await device('annas-desktop'),
  ];

  say('Making two accounts (their keys take a few seconds, on purpose)…');
  const anna = await connectDevice(laptop.address);
  const bob = await connectDevice(bobs.address);
  const annaWords = await signUp(anna, { ...ANNA, cloud: where, deviceName: 'Laptop' });
  await signUp(bob, { ...BOB, cloud: where, deviceName: 'Bob’s laptop' });

  const talk = await anna.conversations.start.mutate({ handles: [BOB.handle] });
  for (const [who, text] of HISTORY) {
    const client = who === 'anna' ? anna : bob;
    await client.messages.send.mutate({ conversationId: talk.id, text });
    await arrived(who === 'anna' ? bob : anna, talk.id, text);
  }

  say('Signing Anna in on a second device…');
  const second = await connectDevice(desktop.address);
  await second.session.signIn.mutate({
    cloud: where,
    handle: ANNA.handle,
    password: ANNA.password,
    deviceName: 'Desktop',
  });
  await arrived(second, talk.id, HISTORY.at(-1)?.[1] ?? '');

  say(`
Ready. Open each in a window of its own:

  Anna, on her laptop    ${laptop.address}
  Anna, on her desktop   ${desktop.address}
  Bob, on his laptop     ${bobs.address}

  Cloud                  ${cloud.origin}
  Anna                   ${ANNA.handle}   ${ANNA.password}
  Bob                    ${BOB.handle}    ${BOB.password}
  Anna's recovery key    ${annaWords.join(' ')}

Write on one, see it on the others; delete on one of Anna's, see it go on the other. Ctrl-C ends all of it and
removes what it wrote (${folder}).`);
}

type SignUp = Parameters<DeviceClient['session']['signUp']['mutate']>[0];

async function signUp(client: DeviceClient, who: SignUp): Promise<string[]> {
  const state = await client.session.signUp.mutate(who);
  if (state.kind !== 'confirmRecovery') throw new Error(`After sign-up the device says ${state.kind}.`);
  const [first, second] = state.ask;
  await client.session.confirmRecovery.mutate({
    answers: [state.words[first - 1] ?? '', state.words[second - 1] ?? ''],
  });
  return state.words;
}

async function arrived(client: DeviceClient, conversationId: string, text: string): Promise<void> {
  const until = Date.now() + 60_000;
  while (Date.now() < until) {
    const page = await client.messages.page.query({ conversationId }).catch(() => null);
    if (page?.messages.some((message) => message.text === text)) return;
    await wait(100);
  }
  throw new Error(`“${text}” did not arrive within a minute.`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  for (const program of programs) process.stderr.write(`--- ${program.log()}\n`);
  void end(1);
});
