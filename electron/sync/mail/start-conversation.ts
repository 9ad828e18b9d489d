/** A conversation begins: handles are looked up, identities pinned, the record made (or found, for two). */
import { compareBytes, equalBytes, fromHex, toHex } from '../../../shared/crypto/bytes.ts';
import {
  type ConversationCore,
  directConversationGuid,
  MAX_MEMBERS,
  newConversation,
} from '../../../shared/model/conversation.ts';
import { getRegister, newPayload, setRegister } from '../../../shared/model/payload.ts';
import { memberValue, textValue } from '../../../shared/model/values.ts';
import { ConversationField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { findPinByHandle, type Pin } from '../../store/pins.ts';
import { getPayload, putMerged } from '../../store/records.ts';
import { getAccountSettings } from '../../store/settings.ts';
import { asking } from '../account/cloud-failure.ts';
import type { StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';
import { ownKeyring, requireIdentity } from '../keyring/own.ts';
import { acceptIdentity as accept, lookUp } from '../keyring/people.ts';
import type { CommandInput } from '../protocol.ts';
import { conversationRecordId } from '../zones/names.ts';
import { receivePending } from './receive-step.ts';

export async function startConversation(
  ctx: StepContext,
  input: CommandInput<'startConversation'>,
): Promise<{ id: string }> {
  const { accountId, handle, deviceId } = requireIdentity(ctx.store);
  const people = new Map<string, Pin>();
  for (const typed of input.handles) {
    const pin = await find(ctx, typed.trim());
    if (!equalBytes(pin.account, accountId)) people.set(toHex(pin.account), pin);
  }
  if (people.size === 0) throw new SyncFailure('onlyYourself', 'A conversation needs somebody else in it.');
  if (people.size + 1 > MAX_MEMBERS)
    throw new SyncFailure('tooMany', `A group has at most ${MAX_MEMBERS} members.`);
  const others = [...people.values()];
  const members = [accountId, ...others.map((pin) => pin.account)].sort(compareBytes);
  const core: ConversationCore =
    others.length === 1
      ? { guid: directConversationGuid(accountId, others[0]!.account), kind: 'direct', members }
      : { guid: ctx.random(16), kind: 'group', members };
  const id = conversationRecordId(ctx, core.guid);
  const own = {
    account: accountId,
    handle,
    name: getAccountSettings(ctx.store).profileName,
    identityKey: ownKeyring(ctx.store).state.identityKey,
  };
  ctx.store.write(() => {
    const before = getPayload(ctx.store, 'messages', id);
    let payload = before ?? newPayload(newConversation(core).kind);
    payload = payload.core.length > 0 ? payload : { ...payload, core: newConversation(core).core };
    for (const { account, handle, name, identityKey } of [own, ...others]) {
      if (getRegister(payload, ConversationField.MEMBER, account) !== undefined) continue;
      const value = memberValue(handle, name, identityKey);
      payload = setRegister(payload, ConversationField.MEMBER, account, ctx.hlc.now(), deviceId, value);
    }
    const name = input.name?.trim() ?? '';
    if (core.kind === 'group' && name !== '') {
      const value = textValue(name.slice(0, 200));
      payload = setRegister(
        payload,
        ConversationField.NAME,
        new Uint8Array(),
        ctx.hlc.now(),
        deviceId,
        value,
      );
    }
    putMerged(ctx.store, 'messages', id, payload, { dirty: true });
  });
  ctx.signal({ type: 'dirty', zone: 'messages' });
  return { id: toHex(core.guid) };
}

/** The directory's word, or, without a connection, the person this device knows under that handle. */
async function find(ctx: StepContext, handle: string): Promise<Pin> {
  try {
    return await asking(() => lookUp(ctx, { handle }));
  } catch (error) {
    const known = findPinByHandle(ctx.store, handle);
    const offline = error instanceof SyncFailure && error.reason === 'cloudUnreachable';
    if (offline && known !== undefined) return known;
    throw error;
  }
}

/** The person looked at somebody's changed identity and takes it: what waited for that comes in. */
export async function acceptIdentity(ctx: StepContext, input: { accountId: string }): Promise<null> {
  await asking(() => accept(ctx, fromHex(input.accountId)));
  await receivePending(ctx);
  return null;
}
