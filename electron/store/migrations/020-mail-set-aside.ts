/** Mail set aside during a first sync can be much: found by what it waits for. */
export const number = 20;

export const sql = `
CREATE INDEX pending_by_reason ON pending_envelope (reason, position);
`;
