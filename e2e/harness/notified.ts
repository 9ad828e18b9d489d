/**
 * The notifications that a window shows: the browser's own, written down as they are made and closed. Nobody can look at the system's, nor click on
 * one, from here.
 */
import type { Page } from '@playwright/test';

export type Notified = { title: string; body: string; open: boolean };

type Told = Notified & { one: Notification };
declare global {
  interface Window {
    told: Told[];
    isAway: boolean;
  }
}

/** From the window's next load on. Before a click on "Allow Notifications" the browser has not been asked. */
export async function noteNotifications(page: Page): Promise<void> {
  await page.context().grantPermissions(['notifications']);
  await page.addInitScript(() => {
    window.told = [];
    window.isAway = false;
    Document.prototype.hasFocus = () => !window.isAway;
    const Real = window.Notification;
    let permission: NotificationPermission =
      localStorage.getItem('asked') === null ? 'default' : Real.permission;
    window.Notification = class extends Real {
      static override get permission() {
        return permission;
      }
      static override async requestPermission() {
        localStorage.setItem('asked', 'yes');
        permission = await Real.requestPermission();
        return permission;
      }
      readonly #told: Told;
      constructor(title: string, options: NotificationOptions = {}) {
        super(title, options);
        this.#told = { title, body: options.body ?? '', open: true, one: this };
        window.told.push(this.#told);
      }
      override close() {
        this.#told.open = false;
        super.close();
      }
    };
  });
}

/** Somebody looks at another window, or at this one again. */
export const looksAway = (page: Page, isAway: boolean): Promise<void> =>
  page.evaluate((away) => {
    window.isAway = away;
    window.dispatchEvent(new Event(away ? 'blur' : 'focus'));
  }, isAway);

export const notified = (page: Page): Promise<Notified[]> =>
  page.evaluate(() => window.told.map(({ title, body, open }) => ({ title, body, open })));

/** A click on the one that was shown last. */
export const clickNotification = (page: Page): Promise<void> =>
  page.evaluate(() => {
    window.told.at(-1)?.one.dispatchEvent(new Event('click'));
  });
