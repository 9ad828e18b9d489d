/**
 * Keep Messages: what holds until a shortening does; conversations whose last message expired; what this device alone let expire, which
 * is not a person's delete and comes back with the switch.
 */
export const number = 40;

export const sql = `
ALTER TABLE account_settings ADD COLUMN keep_before_days INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN expired INTEGER NOT NULL DEFAULT 0;
ALTER TABLE local_delete ADD COLUMN expired INTEGER NOT NULL DEFAULT 0;
`;
