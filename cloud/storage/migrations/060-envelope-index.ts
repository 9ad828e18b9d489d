/** Whoever deletes an envelope makes SQLite look for entries that still refer to it: without this, through every mailbox of the cloud. */
export const migration060 = {
  version: 60,
  sql: `
    CREATE INDEX mailbox_entry_by_envelope ON mailbox_entry (envelope);
  `,
};
