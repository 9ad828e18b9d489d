/** Finding people and beginning a conversation with them. */
import { toHex } from '../../../shared/crypto/bytes.ts';
import { directConversationGuid, MAX_MEMBERS, newConversation } from '../../../shared/model/conversation.ts';
import { setRegister } from '../../../shared/model/payload.ts';
import { memberValue, textValue } from '../../../shared/model/values.ts';
import { ConversationField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import type { Pin } from '../../store/pins.ts';
import { putMerged } from '../../store/records.ts';
import { sameBytes } from '../../store/values.ts';
import { asking } from '../account/cloud-failure.ts';
import type { StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';
import { lookUp } from '../keyring/people.ts';
import type { CommandInput } from '../protocol.ts';
import { conversationRecordId, currentKeys } from '../zones/names.ts';

/** One handle: the one conversation with that person, wherever it was begun. Several: a new group. */
export async function startConversation(ctx: StepContext, input: CommandInput<'startConversation'>): Promise<{ id: string }> {
  const { accountId } = currentKeys(ctx);
  const people: Pin[] = [];
  for (const handle of input.handles) {
    const pin = await asking(() => lookUp(ctx, { handle }));
    if (!people.some((known) => sameBytes(known.account, pin.account)) && !sameBytes(pin.account, accountId)) {
      people.push(pin);
    }
  }
  if (people.length === 0) {
    throw new SyncFailure('nobody', 'Name at least one other person.');
  }
  if (people.length + 1 > MAX_MEMBERS) {
    throw new SyncFailure('tooManyMembers', `A group has at most ${MAX_MEMBERS} people.`);
  }
  const members = [accountId, ...people.map(({ account }) => account)];
  const direct = people.length === 1 && people[0] !== undefined ? people[0] : null;
  const guid = direct !== null ? directConversationGuid(accountId, direct.account) : ctx.random(16);
  ctx.store.write(() => {
    let payload = newConversation({ guid, kind: direct === null ? 'group' : 'direct', members });
    for (const pin of people) {
      payload = withMember(ctx, payload, pin.account, memberValue(pin.handle, pin.name, pin.identityKey));
    }
    if (direct === null && input.name !== null && input.name.trim() !== '') {
      const { deviceId } = currentKeys(ctx);
      const name = textValue(input.name.trim());
      payload = setRegister(payload, ConversationField.NAME, new Uint8Array(), ctx.hlc.now(), deviceId, name);
    }
    putMerged(ctx.store, 'messages', conversationRecordId(ctx, guid), payload, { dirty: true });
  });
  ctx.signal({ type: 'dirty', zone: 'messages' });
  return { id: toHex(guid) };
}

type Payload = ReturnType<typeof newConversation>;

function withMember(ctx: StepContext, payload: Payload, account: Uint8Array, value: Uint8Array): Payload {
  return setRegister(payload, ConversationField.MEMBER, account, ctx.hlc.now(), currentKeys(ctx).deviceId, value);
}
