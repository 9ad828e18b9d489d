/**
 * A bug of the zoo: one that somebody might write, as a change of one place in the source of the device, of the cloud or of what both share.
 *
 * It comes in where modules are loaded (let-out.ts), so nothing in the product knows of it, and any line can be one. The price is that a bug
 * moves along with its place: one that is not there exactly once fails the zoo at once, and says where it was.
 */
export type Bug = {
  /** In a few words; also its name in seeds.json and in the table of docs/SPEC.md. */
  name: string;
  /** What comes of it. */
  does: string;
  /** From the root of the repo. */
  file: string;
  /** Occurs once in that file. */
  find: string;
  instead: string;
  /** It is looked for in stories that have files (file-acts.ts). */
  files?: true;
  /** It is looked for in stories in which computers sleep while answers are on their way (oftener.ts). */
  sleepy?: true;
  /** It is looked for in stories with short pages (short.ts). */
  short?: true;
  /** No search has found it yet: `npm run sim -- --zoo` looks for it, `npm test` does not. */
  open?: true;
};
