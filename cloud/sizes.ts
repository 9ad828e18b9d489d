/**
 * How much the cloud gives or does at once: the records of a page, the rows of a slice. One place, given to every part with its context, so that
 * a simulated cloud can have short ones (SPEC SIM-50). Nothing that a client may rely on: whatever it asks for, an answer has at most so much and
 * says that there is more (SPEC ZON-2, MBX-5).
 */
export type CloudSizes = {
  /** Of a zone: records of a page, and their bytes, of which the first may be more; ids of its list. */
  pageRecords: number;
  pageBytes: number;
  pageItems: number;
  /** Envelopes of a mailbox's page. */
  mail: number;
  /** What changed comes with the poke up to this many bytes; beyond it a device asks. */
  carriedBytes: number;
  /** Of a purged zone, in one transaction. */
  purgedRecords: number;
  purgedBytes: number;
  /** Of a mailbox, what every device has acknowledged. */
  droppedEntries: number;
  /** Sends that were remembered for long enough. */
  forgottenSends: number;
  /** Uses of blobs whose time is over; chunks of a blob that nobody needs. */
  endedUses: number;
  deadChunks: number;
};

export const CLOUD_SIZES: CloudSizes = {
  pageRecords: 1_000,
  pageBytes: 4 * 1024 * 1024,
  pageItems: 10_000,
  mail: 500,
  carriedBytes: 8 * 1024,
  purgedRecords: 200,
  purgedBytes: 8 * 1024 * 1024,
  droppedEntries: 500,
  forgottenSends: 200,
  endedUses: 200,
  deadChunks: 32,
};
