/** The search index goes into a file of its own (search-index.ts); what stays here is what it has to reach. */
export const number = 60;

export const sql = `
DROP TABLE message_text;

-- The messages by row number, in blocks: one begins at first and ends where the next begins. mark: another one each time anything of a block
-- that searching finds has changed, never twice the same. messages: how many it has that are searched.
CREATE TABLE search_block (
  first INTEGER PRIMARY KEY,
  mark INTEGER NOT NULL,
  messages INTEGER NOT NULL
) STRICT;
INSERT INTO search_block (first, mark, messages)
  SELECT 0, abs(random()) & 0xffffffffffff, count(*) FROM message WHERE shown = 1 AND text <> '';
DELETE FROM meta WHERE name = 'searchTextVersion';
`;
