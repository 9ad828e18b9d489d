/** How many changes a sign-out that wipes would lose, as its warning says (store/only-here.ts). */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { toHex } from '../../../shared/crypto/bytes.ts';
import { onlyHere } from '../../store/only-here.ts';
import { annaWroteToBob, closeDevices, type MailDevice } from '../testing/mail-device.ts';
import { edit, react } from './compose.ts';
import { sendStep } from './send-step.ts';

let cloud: Cloud;
let anna: MailDevice;
let id: string;
beforeEach(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  ({ anna, id } = await annaWroteToBob(cloud));
  anna.write(id, 'another');
  await anna.exchange();
  pushed();
});
afterEach(async () => {
  closeDevices();
  await cloud.close();
});

/** The cloud has the account's records as they are here. */
function pushed(): void {
  anna.store.run('UPDATE record SET rev = 1 WHERE zone = 2');
  anna.store.run('DELETE FROM dirty');
}
const ids = (): string[] =>
  anna.store
    .all<{ id: Uint8Array }>('SELECT id FROM message ORDER BY accepted_ms, guid')
    .map((row) => toHex(new Uint8Array(row.id)));
const changes = (): number => onlyHere(anna.store).changes;
const does = (work: () => void): void => anna.store.write(work);

test('UI-52 a reaction or an edit that has gone nowhere counts once, although its message’s record is to go up as well', async () => {
  const [first = '', second = ''] = ids();
  expect(changes()).toBe(0);
  does(() => react(anna.ctx, { id: first, emoji: '❤️' }));
  expect(changes()).toBe(1);
  does(() => edit(anna.ctx, { id: second, text: 'otherwise' }));
  expect(changes()).toBe(2);
  // Two of one message are two.
  does(() => react(anna.ctx, { id: second, emoji: '👍' }));
  expect(changes()).toBe(3);
  // The zone has them, and nobody else has got them.
  pushed();
  expect(changes()).toBe(3);
  await sendStep(anna.ctx);
  while (changes() > 0) await sendStep(anna.ctx);
  expect(changes()).toBe(0);
});

test('UI-52 the other way round: sent, and not in the zone; and a message that was changed and deleted counts for both', async () => {
  const [first = '', second = ''] = ids();
  does(() => react(anna.ctx, { id: first, emoji: '❤️' }));
  while (anna.store.get('SELECT 1 FROM outbox') !== undefined) await sendStep(anna.ctx);
  expect(changes()).toBe(1);
  does(() => edit(anna.ctx, { id: second, text: 'otherwise' }));
  await anna.delete(second);
  expect(changes()).toBe(3);
});
