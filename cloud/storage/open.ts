/** Opens a cloud's data folder: the secret first, so that a damaged one stops the start before anything is written. */
import { existsSync } from 'node:fs';
import { type Database, databaseFile, openDatabase } from './database.ts';
import { type CloudSecret, openSecret } from './secret.ts';

export const openStorage = async (dataDir: string): Promise<{ db: Database; secret: CloudSecret }> => {
  const secret = await openSecret(dataDir, dataDir !== ':memory:' && existsSync(databaseFile(dataDir)));
  return { db: openDatabase(dataDir), secret };
};
