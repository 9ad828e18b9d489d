/**
 * `npm run demo`: a cloud, Anna with two devices and Bob with one, and a little history between them. Everything runs as
 * a person would run it, in a folder of its own that goes with Ctrl-C.
 */
import { buildApp } from './app.ts';
import { DemoWorld } from './demo-world.ts';

const ANNA = { handle: 'anna@example.org', name: 'Anna', password: 'seven lanterns over the quiet canal' };
const BOB = { handle: 'bob@example.org', name: 'Bob', password: 'a ferry that leaves before breakfast' };

/** What Anna and Bob see when they first look. */
const HISTORY: ['anna' | 'bob', string][] = [
  ['anna', 'Are you on the early ferry tomorrow?'],
  ['bob', 'Yes, the 7:40. It is the only one that takes the boat trailer.'],
  ['anna', 'Then I will bring coffee ☕ and the chart of the inner lead.'],
  ['bob', 'And the spare line please. The old one is more knot than rope.'],
  ['anna', 'Done. It is in the blue bag, next to the life jackets.'],
  ['bob', 'Prima. Tot morgen! 👋'],
];

const say = (line: string) => process.stdout.write(`${line}\n`);
const world = new DemoWorld();
let ending = false;

async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  const problems = await world.end();
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.exit(problems.length === 0 ? code : 1);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0));

async function main(): Promise<void> {
  await buildApp();
  say('Starting a cloud and three devices…');
  const cloud = await world.cloud();
  const laptop = await world.device("Anna's laptop");
  const bobs = await world.device("Bob's laptop");
  const desktop = await world.device("Anna's desktop");

  say('Making two accounts (their keys take a few seconds, on purpose)…');
  const words = await world.signUp(laptop, ANNA, 'Laptop');
  await world.signUp(bobs, BOB, "Bob's laptop");

  const talk = await laptop.client.conversations.start.mutate({ handles: [BOB.handle] });
  for (const [who, text] of HISTORY) {
    if (who === 'anna') await world.say(laptop, [bobs], talk.id, text);
    else await world.say(bobs, [laptop], talk.id, text);
  }

  say('Signing Anna in on a second device…');
  await world.signIn(desktop, ANNA, 'Desktop');
  await world.arrived(desktop, talk.id, HISTORY.at(-1)?.[1] ?? '');

  say(`
Ready. Open each in a window of its own:

  Anna, on her laptop    ${laptop.program.address}
  Anna, on her desktop   ${desktop.program.address}
  Bob, on his laptop     ${bobs.program.address}

  Cloud                  ${cloud}
  Anna                   ${ANNA.handle}   ${ANNA.password}
  Bob                    ${BOB.handle}    ${BOB.password}
  Anna's recovery key    ${words.join(' ')}

Write on one, see it on the others; delete on one of Anna's, see it go on the other. Ctrl-C ends all of it and
removes what it wrote (${world.folder}).`);
}

main().catch(async (error: unknown) => {
  if (!ending) process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  await end(1);
});
