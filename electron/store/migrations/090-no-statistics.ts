/**
 * Gone with what SQLite had gathered about how many rows there are (SPEC STO-9): it is of the moment in which the app was closed, often before
 * a first sync, and a plan that was made for two rows looks through a million.
 */
export const number = 90;

export const sql = `
DROP TABLE IF EXISTS sqlite_stat1;
DROP TABLE IF EXISTS sqlite_stat4;
`;
