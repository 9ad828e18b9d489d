/** The window as a person leaves and finds it: tabs, reloads, Back and Forward, a stopped device, long texts. */
import { expect, test } from '../harness/fixtures.ts';
import {
  ANNA,
  BOB,
  confirm,
  conversation,
  conversations,
  createAccount,
  expectMessage,
  message,
  messageField,
  openConversation,
  send,
  startConversation,
  status,
  transcript,
} from '../harness/people.ts';

test('two tabs share one event stream, and the second takes it over', async ({ world }) => {
  const cloud = await world.cloud();
  const anna = await world.device('Anna', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(anna.page, ANNA);
  await createAccount(bob.page, BOB);
  await startConversation(bob.page, ANNA.handle);
  await send(bob.page, 'Hello.');
  await openConversation(anna.page, BOB.name);
  await expectMessage(anna.page, 'Hello.');

  let streams = 0;
  anna.page.context().on('request', (request) => {
    if (request.url().includes('/rpc/events.subscribe')) streams++;
  });
  const second = await anna.page.context().newPage();
  await second.goto(anna.address);
  await openConversation(second, BOB.name);
  await send(bob.page, 'To both.');
  await expectMessage(anna.page, 'To both.');
  await expectMessage(second, 'To both.');
  expect(streams).toBe(0);
  await anna.page.goto('about:blank');
  await expect.poll(() => streams).toBe(1);
  await send(bob.page, 'To the one that is left.');
  await expectMessage(second, 'To the one that is left.');
});

test('Back, Forward and a reload show what was open; a half-written text is still there', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const anna = await world.device('Anna', cloud);
  const bob = await world.device('Bob', cloud);
  const { page } = anna;
  await createAccount(bob.page, BOB);
  await createAccount(page, ANNA);
  await startConversation(page, BOB.handle);
  await messageField(page).fill('For the history.');
  await page.keyboard.press('Enter');
  await expectMessage(page, 'For the history.');
  await page.getByRole('button', { name: 'Recently Deleted', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Recently Deleted' })).toBeVisible();
  await page.goBack();
  await expect(transcript(page)).toBeVisible();
  await page.goForward();
  await expect(page.getByRole('heading', { name: 'Recently Deleted' })).toBeVisible();
  await page.goBack();
  await messageField(page).fill('Half a thou');
  await page.reload();
  await expectMessage(page, 'For the history.');
  await expect(messageField(page)).toHaveValue('Half a thou');
});

test('UI-140 UI-141 what is half written stays where it was; a conversation that is deleted elsewhere says so', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const anna = await world.device('Anna', cloud);
  const bob = await world.device('Bob', cloud);
  const { page } = anna;
  await createAccount(bob.page, BOB);
  await createAccount(page, ANNA);
  await startConversation(page, BOB.handle);
  await messageField(page).fill('The first.');
  await page.keyboard.press('Enter');
  await expectMessage(page, 'The first.');

  // An edit waits for whoever looks at something else, and so does a new message with its people.
  await expect(transcript(page).getByRole('article')).not.toHaveAttribute('data-state', /waiting|sending/);
  await message(page, 'The first.').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  await messageField(page).fill('The first, corrected at length.');
  await page.getByRole('button', { name: 'New Message', exact: true }).click();
  await page.getByLabel('To', { exact: true }).fill('carla@example.org, ');
  await messageField(page).fill('To Carla.');
  await openConversation(page, BOB.name);
  await expect(messageField(page)).toHaveValue('The first, corrected at length.');
  await page.getByRole('button', { name: 'New Message', exact: true }).click();
  await expect(messageField(page)).toHaveValue('To Carla.');
  await expect(page.getByText('carla@example.org')).toBeVisible();
  await openConversation(page, BOB.name);
  await page.getByRole('button', { name: 'Save Edit' }).click();
  await expectMessage(page, 'The first, corrected at length.');
  await page.getByRole('button', { name: 'New Message', exact: true }).click();
  await openConversation(page, BOB.name);
  await expect(messageField(page)).toHaveValue('');

  // A text that the device takes as no draft.
  const long = 'x'.repeat(100_001);
  await messageField(page).fill(long);
  await page.getByRole('button', { name: 'New Message', exact: true }).click();
  await openConversation(page, BOB.name);
  await expect(messageField(page)).toHaveValue(long);
  await messageField(page).fill('');

  const second = await page.context().newPage();
  await second.goto(anna.address);
  await openConversation(second, BOB.name);
  await conversation(page, BOB.name).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  await confirm(page, 'Delete');
  await expect(second.getByText('The messages of this conversation were deleted.')).toBeVisible();
  await expect(conversation(second, BOB.name)).toBeHidden();
  await second.getByRole('button', { name: 'Back', exact: true }).click();
  await expect(second.getByText('The messages of this conversation were deleted.')).toBeHidden();
});

test('a text of 100 KB arrives whole; a longer one is refused in words', async ({ world }) => {
  const cloud = await world.cloud();
  const anna = await world.device('Anna', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(bob.page, BOB);
  await createAccount(anna.page, ANNA);
  await startConversation(anna.page, BOB.handle);
  await messageField(anna.page).fill('Hello.');
  await anna.page.keyboard.press('Enter');
  await expectMessage(anna.page, 'Hello.');
  await expect(status(anna.page)).toBeEmpty();
  for (const text of ['One.', 'Two.', 'Three.']) await send(anna.page, text);

  const long = `${'All this is one text. '.repeat(4545)}The end.`.slice(0, 100_000);
  await messageField(anna.page).fill(`${long}${'!'.repeat(100_003 - long.length)}`);
  await expect(anna.page.getByRole('alert')).toHaveText('That is 3 characters too long. Send it in parts.');
  await expect(anna.page.getByRole('button', { name: 'Send', exact: true })).toBeDisabled();
  await messageField(anna.page).fill(long);
  await anna.page.keyboard.press('Enter');
  await expect(messageField(anna.page)).toHaveValue('');
  await openConversation(bob.page, ANNA.name);
  await bob.page.getByRole('button', { name: 'Show more' }).click();
  await expect(message(bob.page, long.trim())).toHaveCount(1);
});

test('a device that stops is said, and nothing that was on screen goes away', async ({ world }) => {
  const cloud = await world.cloud();
  const anna = await world.device('Anna', cloud);
  await createAccount(anna.page, ANNA);
  await anna.stop();
  await expect(anna.page.getByRole('alert')).toContainText('Lockstep has stopped on this computer.');
  await expect(anna.page.getByRole('button', { name: 'New Message', exact: true })).toBeVisible();
});

test('UI-04 UI-156 a message that was unsent has its words in the list and above the answer to it', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const anna = await world.device('Anna', cloud);
  const bob = await world.device('Bob', cloud);
  await createAccount(bob.page, BOB);
  await createAccount(anna.page, ANNA);
  await startConversation(anna.page, BOB.handle);
  await send(anna.page, 'At nine?');
  await openConversation(bob.page, ANNA.name);
  await expectMessage(bob.page, 'At nine?');
  const choose = async (of: typeof anna, text: string, act: string): Promise<void> => {
    const article = transcript(of.page).getByRole('article', { name: `: ${text}` });
    await expect(article).not.toHaveAttribute('data-state', /waiting|sending/);
    await message(of.page, text).click({ button: 'right' });
    await of.page.getByRole('menuitem', { name: act, exact: true }).click();
  };
  await choose(bob, 'At nine?', 'Reply');
  await send(bob.page, 'Fine.');
  const quote = (text: string) => bob.page.getByText(`Reply to ${ANNA.name}: ${text}`, { exact: true });
  await expect(quote('At nine?')).toBeVisible();
  await choose(anna, 'At nine?', 'Undo Send');
  await expect(quote('unsent message')).toBeVisible();
  // Where it is the newest.
  await choose(bob, 'Fine.', 'Undo Send');
  await expect(conversation(bob.page, ANNA.name)).toContainText('You unsent a message.');
  await expect(conversation(anna.page, BOB.name)).toContainText(`${BOB.name} unsent a message.`);
});

test('with the keyboard alone: to a conversation, a message’s menu, and back to writing', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const anna = await world.device('Anna', cloud);
  const bob = await world.device('Bob', cloud);
  const { page } = anna;
  await createAccount(bob.page, BOB);
  await createAccount(page, ANNA);
  await page.keyboard.press('Alt+n');
  await expect(page.getByLabel('To', { exact: true })).toBeFocused();
  await page.keyboard.type(BOB.handle);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(messageField(page)).toBeFocused();
  await page.keyboard.type('By keys.');
  await page.keyboard.press('Enter');
  await expectMessage(page, 'By keys.');
  await expect(messageField(page)).toBeFocused();
  await page.keyboard.press('Alt+2');
  await expect(page.getByRole('article', { name: /By keys/ })).toBeFocused();
  await page.keyboard.press('Shift+F10');
  await expect(page.getByRole('menuitem', { name: 'Reply' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Delete');
  const warning = page.getByRole('alertdialog');
  await expect(warning.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(warning).toBeHidden();
  await expectMessage(page, 'By keys.');
  await page.keyboard.press('Alt+1');
  await expect(conversation(page, BOB.name).getByRole('button')).toBeFocused();
});

test('UI-140 UI-155 Reply and Edit: one types at once, and neither is lost by looking elsewhere or for the other', async ({
  world,
}) => {
  const cloud = await world.cloud();
  const anna = await world.device('Anna', cloud);
  const bob = await world.device('Bob', cloud);
  const { page } = anna;
  await createAccount(bob.page, BOB);
  await createAccount(page, ANNA);
  await startConversation(page, BOB.handle);
  await send(page, 'The first.');
  await send(page, 'The second.');
  await expectMessage(page, 'The second.');
  const article = (text: string) => transcript(page).getByRole('article', { name: `: ${text}` });
  for (const text of ['The first.', 'The second.'])
    await expect(article(text)).not.toHaveAttribute('data-state', /waiting|sending/);
  const choose = async (text: string, entry: string): Promise<void> => {
    await message(page, text).click({ button: 'right' });
    await page.getByRole('menuitem', { name: entry, exact: true }).click();
  };
  const field = messageField(page);

  await choose('The first.', 'Reply');
  await page.keyboard.type('An answerr');
  await page.keyboard.press('Backspace');
  await expect(field).toHaveValue('An answer');
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
  // Elsewhere and back: it is still an answer.
  await page.getByRole('button', { name: 'Recently Deleted', exact: true }).click();
  await conversations(page).getByRole('listitem').first().getByRole('button').first().click();
  await expect(page.getByText('Replying to')).toBeVisible();
  await expect(field).toHaveValue('An answer');
  await page.keyboard.press('Escape');
  await expect(page.getByText('Replying to')).toHaveCount(0);
  await field.fill('');

  // By keys alone.
  await article('The second.').focus();
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menuitem', { name: 'Edit', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('End');
  await page.keyboard.type(' Half an edit');
  await expect(field).toHaveValue('The second. Half an edit');
  await choose('The first.', 'Reply');
  await page.keyboard.press('Escape');
  await choose('The second.', 'Edit');
  await expect(field).toHaveValue('The second. Half an edit');

  // A half edit of each, and an answer: given up one by one, none takes another along.
  await choose('The first.', 'Reply');
  await page.keyboard.type('A second answer');
  await choose('The first.', 'Edit');
  await page.keyboard.press('End');
  await page.keyboard.type(' Half');
  await expect(field).toHaveValue('The first. Half');
  await choose('The second.', 'Edit');
  await expect(field).toHaveValue('The second. Half an edit');
  await choose('The first.', 'Edit');
  await expect(field).toHaveValue('The first. Half');
  await page.keyboard.press('Escape');
  await expect(page.getByText('Replying to')).toBeVisible();
  await expect(field).toHaveValue('A second answer');
  await page.keyboard.press('Escape');
  await field.fill('');
  await choose('The first.', 'Edit');
  await expect(field).toHaveValue('The first.');
  await page.keyboard.press('Escape');

  await choose('The second.', 'Edit');
  await expect(field).toHaveValue('The second. Half an edit');
  await page.keyboard.press('Enter');
  await expectMessage(page, 'The second. Half an edit');

  // Closed without a choice, the menu gives the focus back.
  await article('The first.').focus();
  await page.keyboard.press('Shift+F10');
  await expect(page.getByRole('menu')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(article('The first.')).toBeFocused();
});
