/**
 * What a person does in a window, by the names that a screen reader gives. Stories speak in these, so that a change of a
 * screen is mended in one place.
 */
import { expect, type Locator, type Page } from '@playwright/test';

export type Person = { handle: string; name: string; password: string };

const person = (name: string): Person => ({
  name,
  handle: `${name.toLowerCase()}@example.org`,
  password: `seven lanterns over ${name} quietly`,
});

export const ANNA = person('Anna');
export const BOB = person('Bob');
export const CARLA = person('Carla');

/** Making keys takes seconds, on purpose. */
const KEYS = { timeout: 60_000 };

type Look = (screen: string) => Promise<void>;
const noLook: Look = async () => {};

/** Returns the 24 words. `look` is called at each screen on the way. */
export async function createAccount(page: Page, who: Person, look: Look = noLook): Promise<string[]> {
  await openForm(page, 'Create Account');
  await page.getByLabel('Name', { exact: true }).fill(who.name);
  await page.getByLabel('Handle', { exact: true }).fill(who.handle);
  await page.getByLabel('Password', { exact: true }).fill(who.password);
  await look('create account');
  await page.getByRole('button', { name: 'Create Account', exact: true }).click();
  const words = await keepRecoveryKey(page, look);
  await expect(page.getByRole('button', { name: 'New Message', exact: true })).toBeVisible(KEYS);
  return words;
}

/** `takesPart`: whether the switch is on from the start; asked on a new device only. */
export async function signIn(
  page: Page,
  who: Person,
  deviceName?: string,
  { takesPart = true }: { takesPart?: boolean } = {},
): Promise<void> {
  await tryToSignIn(page, who, deviceName, takesPart);
  await expect(page.getByRole('button', { name: 'New Message', exact: true })).toBeVisible(KEYS);
}

/** Up to the click; what comes of it is the caller's to look at. */
export async function tryToSignIn(
  page: Page,
  who: Person,
  deviceName?: string,
  takesPart = true,
): Promise<void> {
  await openForm(page, 'Sign In');
  await page.getByLabel('Handle', { exact: true }).fill(who.handle);
  await page.getByLabel('Password', { exact: true }).fill(who.password);
  if (deviceName !== undefined) await page.getByLabel('Name of this device').fill(deviceName);
  if (!takesPart) await page.getByRole('switch', { name: 'Messages in iCloud on this device' }).uncheck();
  await page.getByRole('button', { name: 'Sign In', exact: true }).click();
}

/** The welcome shows one of the two forms; a button of the other's name leads there. */
async function openForm(page: Page, submit: 'Create Account' | 'Sign In'): Promise<void> {
  const button = page.getByRole('button', { name: submit, exact: true });
  await expect(button).toBeVisible(KEYS);
  if (!(await page.getByLabel('Handle', { exact: true }).isVisible())) await button.click();
  await expect(page.getByLabel('Handle', { exact: true })).toBeVisible();
}

export async function keepRecoveryKey(page: Page, look: Look = noLook): Promise<string[]> {
  const list = page.getByRole('list', { name: 'The 24 words' });
  await expect(list.getByRole('listitem')).toHaveCount(24, KEYS);
  const words = (await list.getByRole('listitem').allInnerTexts()).map((text) => text.replace(/[^a-z]/g, ''));
  await look('recovery key');
  await page.getByRole('button', { name: 'I Have Kept Them' }).click();
  const asked = page.getByLabel(/^Word \d+$/);
  await expect(asked).toHaveCount(2);
  await look('two words asked back');
  for (const field of await asked.all()) {
    const label = await field.evaluate((input) => (input as HTMLInputElement).labels?.[0]?.textContent ?? '');
    await field.fill(words[Number(label.replace(/\D/g, '')) - 1] ?? '');
  }
  await page.getByRole('button', { name: 'Confirm' }).click();
  return words;
}

/** To one handle or, for a group, several. */
export async function startConversation(page: Page, ...handles: string[]): Promise<void> {
  await page.getByRole('button', { name: 'New Message', exact: true }).click();
  const to = page.getByLabel('To', { exact: true });
  for (const handle of handles) {
    await to.fill(handle);
    await to.press('Enter');
  }
  await expect(messageField(page)).toBeVisible();
}

export const messageField = (page: Page): Locator =>
  page.getByRole('textbox', { name: 'Message', exact: true });
export const transcript = (page: Page): Locator =>
  page.getByRole('region', { name: 'Transcript', exact: true });
export const conversations = (page: Page): Locator =>
  page.getByRole('navigation', { name: 'Conversations', exact: true });
export const status = (page: Page): Locator => page.getByRole('status').first();

/** Two who have no account yet: one writes to the other, who has read it. */
export async function meet(first: Page, second: Page, text: string): Promise<void> {
  await createAccount(first, ANNA);
  await createAccount(second, BOB);
  await startConversation(first, BOB.handle);
  await send(first, text);
  await openConversation(second, ANNA.name);
  await expectMessage(second, text);
}

export async function send(page: Page, text: string): Promise<void> {
  await messageField(page).fill(text);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expectMessage(page, text);
}

export function message(page: Page, text: string): Locator {
  return transcript(page).getByText(text, { exact: true });
}

export async function expectMessage(page: Page, text: string, times = 1): Promise<void> {
  await expect(message(page, text)).toHaveCount(times);
}

export function conversation(page: Page, title: string): Locator {
  return conversations(page).getByRole('listitem', { name: title, exact: true });
}

export async function openConversation(page: Page, title: string): Promise<void> {
  await conversation(page, title).getByRole('button').first().click();
  await expect(transcript(page)).toBeVisible();
}

/** Opens the message's menu as a mouse does, and answers the warning. Returns what the warning said. */
export async function deleteMessage(page: Page, text: string): Promise<string> {
  // On its way it has another menu, and another id when it is accepted.
  const article = transcript(page)
    .getByRole('article')
    .filter({ has: page.getByText(text, { exact: true }) });
  await expect(article).not.toHaveAttribute('data-state', /waiting|sending/);
  await message(page, text).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Delete…', exact: true }).click();
  return confirm(page, 'Delete');
}

export async function confirm(page: Page, button: string): Promise<string> {
  const warning = page.getByRole('alertdialog');
  await expect(warning.getByRole('button', { name: button, exact: true })).toBeEnabled();
  const said = await warning.innerText();
  await warning.getByRole('button', { name: button, exact: true }).click();
  await expect(warning).toBeHidden();
  return said;
}

export async function openSettings(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Settings', exact: true });
  await expect(dialog).toBeVisible();
  return dialog;
}

export async function closeSettings(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name: 'Settings', exact: true })).toBeHidden();
}

export const cloudSwitch = (page: Page): Locator =>
  page.getByRole('switch', { name: 'Messages in iCloud', exact: true });

export async function switchOff(page: Page): Promise<void> {
  await openSettings(page);
  await cloudSwitch(page).click();
  await page.getByRole('button', { name: 'Turn Off for This Device', exact: true }).click();
  await expect(cloudSwitch(page)).not.toBeChecked({ timeout: 30_000 });
  await closeSettings(page);
}

export async function switchOn(page: Page): Promise<void> {
  await openSettings(page);
  await cloudSwitch(page).click();
  await page.getByRole('button', { name: 'Turn On', exact: true }).click();
  await expect(cloudSwitch(page)).toBeChecked({ timeout: 30_000 });
  await closeSettings(page);
}

export async function openRecentlyDeleted(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: 'Recently Deleted', exact: true }).click();
  const list = page.getByRole('list', { name: 'Recently Deleted', exact: true });
  await expect(list).toBeVisible();
  return list;
}
