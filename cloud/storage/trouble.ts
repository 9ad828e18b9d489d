/** What keeps the cloud's database from being opened or written that is no fault of its own, in words for whoever runs it. Pure. */

const ADVICE: readonly [RegExp, string][] = [
  [
    /^(SQLITE_FULL|SQLITE_IOERR_WRITE|ENOSPC|EDQUOT)$/,
    'there is no room on the disk. Make room, then start it again; nothing is lost.',
  ],
  [
    /^(SQLITE_(BUSY|LOCKED)|EBUSY$)/,
    'another program holds the database: another cloud in the same folder, perhaps. End it, then start this one again.',
  ],
  [
    /^(SQLITE_(READONLY|CANTOPEN|PERM)|EACCES$|EPERM$|EROFS$)/,
    'the data folder may not be written to. Check that it belongs to who runs the cloud, and is not read-only.',
  ],
];

/** What is wrong and what to do, by the `code` of what was thrown; else its own message. */
export function inWords(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  const advice = typeof code === 'string' ? ADVICE.find(([codes]) => codes.test(code)) : undefined;
  const message = error instanceof Error ? error.message : String(error);
  return advice === undefined ? message : `${advice[1]} (${message})`;
}
