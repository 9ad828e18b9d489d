/** The version of the wire, as HISTORY.md beside this file counts it. Changed by `npm run wire` alone. */
export const WIRE_VERSION = 10;
