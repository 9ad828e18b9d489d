/** What Anna writes is in no file of the cloud, and in no file of her device in the clear. */

import { filesWith } from '../harness/cloud-file.ts';
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
} from '../harness/people.ts';

const CANARY = 'kanarievogel-7f3a91-zwaluwstaart';

test('A canary in a message, a draft and a search is in no file', async ({ world }) => {
  const cloud = await world.cloud();
  const anna = await world.device('Anna', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(anna.page, ANNA);
  await createAccount(bob.page, BOB);
  await startConversation(anna.page, BOB.handle);
  await send(anna.page, `Have you seen the ${CANARY}?`);
  await expect(conversation(bob.page, ANNA.name)).toBeVisible();
  await openConversation(bob.page, ANNA.name);
  await expectMessage(bob.page, `Have you seen the ${CANARY}?`);
  await anna.page.getByRole('textbox', { name: 'Message', exact: true }).fill(`A draft of ${CANARY}`);
  await anna.page.getByLabel('Search', { exact: true }).fill(CANARY);
  await expect(anna.page.getByText(CANARY).first()).toBeVisible();

  // The whole world: the cloud, both devices, and what each took for its home folder; running, and after a power cut.
  const look = () => [CANARY, ANNA.password].flatMap((text) => filesWith(world.folder, Buffer.from(text)));
  expect(look()).toEqual([]);
  for (const program of [anna, bob, cloud]) await program.kill();
  expect(look()).toEqual([]);
  // The search can find what is there: a handle is no secret to the cloud.
  expect(filesWith(cloud.folder, Buffer.from(ANNA.handle))).not.toEqual([]);
  for (const program of [anna, bob, cloud]) {
    expect(program.lines.join('\n')).not.toContain(CANARY);
  }
});
