/** PouchDB's server half: express-pouchdb on express 4, LevelDB on disk, filled with the same texts. In the clear: it has no keys. */
import { createRequire } from 'node:module';
import express from 'express';
import PouchDB from 'pouchdb';
import { input } from '../support/child.ts';
import { documents } from './documents.mjs';

const expressPouchdb = createRequire(import.meta.url)('express-pouchdb');
const { count, folder } = input();
const Server = PouchDB.defaults({ prefix: `${folder}/` });
const db = new Server('messages');
// Filled by an earlier run of this measurement, or now.
for (let from = (await db.info()).doc_count; from < count; from += 1000)
  await db.bulkDocs(documents(from, Math.min(count, from + 1000)));
const app = express();
app.use(
  '/',
  expressPouchdb(Server, { mode: 'minimumForPouchDB', inMemoryConfig: true, logPath: `${folder}/log.txt` }),
);
const server = app.listen(0, '127.0.0.1', () =>
  process.send({ url: `http://127.0.0.1:${server.address().port}/messages`, pid: process.pid }),
);
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
