/** Writing needs no cloud: what was written goes out later, in order, once. */
import { expect, test } from '../harness/fixtures.ts';
import {
  ANNA,
  BOB,
  conversation,
  createAccount,
  expectMessage,
  openConversation,
  send,
  startConversation,
  transcript,
} from '../harness/people.ts';

test('Three messages written without a cloud, and a restart in between, arrive once and in order', async ({
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
