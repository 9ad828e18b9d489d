/** TinyBase's server half: its ws server, which hands messages on, and beside it a client that holds everything, in memory. */
import { createMergeableStore } from 'tinybase';
import { createWsSynchronizer } from 'tinybase/synchronizers/synchronizer-ws-client';
import { createWsServer } from 'tinybase/synchronizers/synchronizer-ws-server';
import { WebSocket, WebSocketServer } from 'ws';
import { input } from '../support/child.ts';
import { idOf, message } from './documents.mjs';

const { count } = input();
const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1', maxPayload: 1 << 30 });
createWsServer(sockets);
await new Promise((resolve) => (sockets.address() === null ? sockets.once('listening', resolve) : resolve()));
const url = `ws://127.0.0.1:${sockets.address().port}/messages`;
const store = createMergeableStore();
store.transaction(() => {
  for (let index = 0; index < count; index += 1) store.setRow('messages', idOf(index), message(index));
});
const socket = new WebSocket(url, { maxPayload: 1 << 30 });
// It asks the others first, and waits that second for nobody.
const synchronizer = await createWsSynchronizer(store, socket, 1);
await synchronizer.startSync();
process.send({ url, pid: process.pid });
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
