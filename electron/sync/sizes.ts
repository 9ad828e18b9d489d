/**
 * How much is asked for, written or told at once: the records of a page, the rows of a slice. One place, given to every step with its context,
 * so that a simulated story can have pages of two records and slices of one (SPEC SIM-50): what goes wrong between two pages then does so with the
 * few messages that it has. The app's own are `SIZES`; each is small enough that nobody waits, and large enough to cost little.
 */
export type Sizes = {
  /** Records of a page that is asked for: of a first sync's walk, of the change feed. */
  page: number;
  /** Of a first sync's first pages: so many messages beside all conversations; more would only be waited for. */
  firstMessages: number;
  /** Of a first sync: so many can be read before anything else is waited for. Each page that brings some is committed until then. */
  readable: number;
  /** A first sync commits after so many records. */
  together: number;
  /** Ids of the cloud's list in one answer, and of this device's own in one query. */
  list: number;
  /** Records that are asked for by id in one call: no more than the cloud's own limit (SPEC ZON-2). */
  fetch: number;
  /** Envelopes of a mailbox's page. */
  mail: number;
  /** Sends, one after the other, before the engine looks at what else there is to do. */
  sends: number;
  /** Operations of a push: no more than the cloud's own limit (SPEC ZON-2). */
  push: number;
  /** Records between two looks at the time, while a page is written. */
  few: number;
  /** The same for what a person has asked for. */
  fewOfCommand: number;
  /** Rows that one transaction, or one query, goes through. `machine`: what a machine deletes everywhere. `machineHere`: on this device alone. */
  slice: {
    held: number;
    marks: number;
    rename: number;
    offer: number;
    lookBack: number;
    compare: number;
    machine: number;
    machineHere: number;
    tidy: number;
  };
  /** Ids of Recently Deleted in one query. */
  deletedIds: number;
  /** Files that are swept in one step. */
  swept: number;
};

export const SIZES: Sizes = {
  page: 1000,
  firstMessages: 300,
  readable: 200,
  together: 10_000,
  list: 10_000,
  fetch: 400,
  mail: 500,
  sends: 50,
  push: 400,
  few: 50,
  fewOfCommand: 20,
  slice: {
    held: 300,
    marks: 300,
    rename: 300,
    offer: 1000,
    lookBack: 300,
    compare: 1000,
    // As many as one push takes.
    machine: 400,
    // Each of these is written at once, with its projection.
    machineHere: 100,
    tidy: 200,
  },
  deletedIds: 5000,
  swept: 100,
};
