/** Invitation codes: one account each, kept by their hash. */
import { createHash } from 'node:crypto';
import { ErrorCode } from '../../shared/proto/gen/lockstep/cloud/v1/errors_pb.js';
import { CloudError } from '../http/errors.ts';
import type { Database, Writer } from '../storage/database.ts';

const ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz-';

/** People type these: case, spaces and dashes do not count. */
const hashOf = (code: string): Uint8Array =>
  new Uint8Array(createHash('sha256').update(code.toLowerCase().replace(/[\s-]/g, '')).digest());

export const createInvitationCode = (random: (length: number) => Uint8Array): string => {
  const letters: string[] = [];
  while (letters.length < 20) {
    for (const byte of random(32)) {
      const letter = ALPHABET[byte & 31];
      if (letter !== undefined && letter !== '-' && letters.length < 20) letters.push(letter);
    }
  }
  return letters.join('').replace(/(.{5})(?=.)/g, '$1-');
};

export const storeInvitation = (db: Database, code: string, now: number): void => {
  db.transaction((write) =>
    write.run(
      db.sql
        .insertInto('invitation')
        .values({ code_hash: hashOf(code), created_ms: now, used_ms: null })
        .onConflict((conflict) => conflict.doNothing()),
    ),
  );
};

export const redeemInvitation = (write: Writer, db: Database, code: string, now: number): void => {
  if (code === '')
    throw new CloudError(ErrorCode.INVITATION_REQUIRED, 'This cloud takes new accounts by invitation.');
  const used = write.run(
    db.sql
      .updateTable('invitation')
      .set({ used_ms: now })
      .where('code_hash', '=', hashOf(code))
      .where('used_ms', 'is', null),
  );
  if (used !== 1)
    throw new CloudError(ErrorCode.INVITATION_INVALID, 'This invitation is not known or was used.');
};
