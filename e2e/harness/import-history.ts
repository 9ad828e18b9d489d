/**
 * `node e2e/harness/import-history.ts PROFILE COUNT`: puts messages into the first conversation of a profile whose app is not running,
 * as an import from another program would: through the store, as changes that are still to be uploaded. A program of its
 * own, since the database allows one writer.
 */
import { conversationMembers, listConversations } from '../../electron/store/conversations.ts';
import { putMerged } from '../../electron/store/records.ts';
import { KIND } from '../../electron/store/values.ts';
import { recordId } from '../../shared/crypto/records.ts';
import { encodeMessageBody, messageName, newMessage } from '../../shared/model/message.ts';
import { must, openProfile } from './open-profile.ts';
import { realTexts } from './texts.ts';

const [profile = '', count = ''] = process.argv.slice(2);
const { store, accountId: me, ids } = await openProfile(profile);
const conversation = must(listConversations(store)[0], 'conversation').guid;
const other = must(
  conversationMembers(store, conversation)?.find((member) => !Buffer.from(member.account).equals(me)),
  'other member',
).account;

const DAY = 24 * 60 * 60 * 1000;
const texts = realTexts(Number(count));
// Ten years, ending yesterday.
const step = Math.floor((3650 * DAY) / texts.length);
const first = Date.now() - DAY - step * texts.length;

for (let from = 0; from < texts.length; from += 1000) {
  store.write(() => {
    for (const [index, text] of texts.slice(from, from + 1000).entries()) {
      const at = first + (from + index) * step;
      const sender = (from + index) % 3 === 0 ? me : other;
      const guid = guidOf(at, from + index);
      const body = encodeMessageBody({
        guid,
        conversation,
        sender,
        sentMs: at,
        service: 'lockstep',
        text,
        replyTo: null,
      });
      putMerged(
        store,
        'messages',
        recordId(ids, KIND.message, ...messageName(sender, guid)),
        newMessage(body, at),
        { dirty: true },
      );
    }
  });
}
store.close();
process.stdout.write(`${texts.length} messages imported.\n`);

/** A UUIDv7 of that time that is the same in every run. */
function guidOf(ms: number, index: number): Uint8Array {
  const guid = Buffer.alloc(16);
  guid.writeUIntBE(ms, 0, 6);
  guid.writeUInt16BE(0x7000, 6);
  guid.writeUInt32BE(0x80000000, 8);
  guid.writeUInt32BE(index, 12);
  return new Uint8Array(guid);
}
