/**
 * The page that a browser is opened with when the browser host opens one by itself. It replaces itself with the printed address: given to a
 * program on its command line, that address could be read there by every other person on this computer, token and all. So the program is
 * given a file that this person alone can read (0600).
 *
 * Where it lies: in the profile; on Linux in the person's home, as itself and not in a hidden folder. A browser from snap (Ubuntu's Firefox)
 * reads nothing under `~/.local`, nor the system's `/tmp`; one from flatpak is handed the file. It is gone again as soon as somebody has come in
 * with the token, and at the latest when the app ends. After a kill what is left of it holds a token that is worth nothing any more.
 */
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

export type OpeningPage = {
  /** `file://…`: it has no letter that a command line would take apart. */
  readonly url: string;
  remove(): void;
};

/** Never in place of a file that is there. */
export function writeOpeningPage(folder: string, address: string): OpeningPage {
  const file = path.resolve(folder, `lockstep-opens-${randomBytes(4).toString('hex')}.html`);
  writeFileSync(file, pageFor(address), { mode: 0o600, flag: 'wx' });
  return {
    url: pathToFileURL(file).href,
    remove() {
      try {
        rmSync(file, { force: true });
      } catch {
        // Held by another program: nobody is kept out for that, and it is tried again at the end.
      }
    },
  };
}

/** The address is of our own making, and has no letter that HTML or JavaScript would take for its own. */
const pageFor = (address: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer"><title>Opening…</title><p><a href="${address}">Open Lockstep</a></p><script>location.replace('${address}')</script></html>\n`;
