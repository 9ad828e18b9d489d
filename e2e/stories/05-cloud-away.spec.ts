/** Writing needs no cloud: what was written goes out later, in order, once. And a cloud that takes nothing still gives. */
import { expect, test } from '../harness/fixtures.ts';
import { lyingCloud } from '../harness/lying-cloud.ts';
import {
  ANNA,
  BOB,
  conversation,
  createAccount,
  expectMessage,
  meet,
  openConversation,
  send,
  startConversation,
  transcript,
} from '../harness/people.ts';

test('UI-158 Three messages written without a cloud say that they wait, and a restart in between, arrive once and in order', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const anna = await world.device('Anna', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(anna.page, ANNA);
  await createAccount(bob.page, BOB);
  await startConversation(anna.page, BOB.handle);
  await send(anna.page, 'The first, with a cloud.');
  await expect(conversation(bob.page, ANNA.name)).toBeVisible();
  await openConversation(bob.page, ANNA.name);

  await cloud.stop();
  const written = ['One, without.', 'Two, without.', 'Three, without.'];
  for (const text of written) await send(anna.page, text);
  // The first was on its way as the cloud went: it waits like the others once that is known.
  await expect(transcript(anna.page)).toContainText('Waiting for a connection');
  await expect(transcript(anna.page)).not.toContainText('Sending…');

  await anna.stop();
  await anna.start();
  await anna.open();
  await openConversation(anna.page, BOB.name);
  for (const text of written) await expectMessage(anna.page, text);

  await cloud.start();
  for (const text of written) {
    await expect(transcript(bob.page).getByText(text, { exact: true })).toHaveCount(1, { timeout: 90_000 });
  }
  for (const device of [anna, bob]) {
    const texts = await transcript(device.page).innerText();
    const places = written.map((text) => texts.indexOf(text));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    for (const text of written) expect(texts.split(text).length - 1, text).toBe(1);
  }
});

test('While the cloud takes nothing, what others write comes all the same, and the status line says which of the two it is', async ({
  world,
}, info) => {
  const cloud = await world.cloud();
  const between = await lyingCloud(cloud.origin);
  try {
    const anna = await world.device('Anna', { ...cloud, origin: between.origin } as typeof cloud);
    const bob = await world.device('Bob', cloud);
    await meet(anna.page, bob.page, 'Before.');

    between.takesNothing = true;
    await send(anna.page, 'This one waits.');
    await expect(anna.page.getByText('Paused: the cloud takes nothing at the moment')).toBeVisible();
    await send(bob.page, 'Do you hear me?');
    await expectMessage(anna.page, 'Do you hear me?');
    await expect(anna.page.getByText('1 message waits on this device and goes out by itself.')).toBeVisible();
    await anna.page.screenshot({ path: info.outputPath('takes-nothing.png') });
    await expect(transcript(bob.page)).not.toContainText('This one waits.');

    between.takesNothing = false;
    await anna.page.getByRole('button', { name: 'Try Now' }).click();
    await expectMessage(bob.page, 'This one waits.');
    await expect(anna.page.getByText('Paused: the cloud takes nothing at the moment')).toHaveCount(0);
  } finally {
    await between.close();
  }
});
