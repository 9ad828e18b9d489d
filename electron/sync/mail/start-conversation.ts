/** A conversation begins: handles are looked up, identities pinned, the record made (or found, for two). */
import { compareBytes, equalBytes, fromHex, toHex } from '../../../shared/crypto/bytes.ts';
import {
  type ConversationCore,
  directConversationGuid,
  groupGuid,
  MAX_MEMBERS,
  newConversation,
} from '../../../shared/model/conversation.ts';
import { getRegister, newPayload, setRegister } from '../../../shared/model/payload.ts';
import { memberValue, textValue } from '../../../shared/model/values.ts';
import { ConversationField } from '../../../shared/proto/gen/lockstep/record/v1/record_pb.js';
import { memberNames } from '../../store/member-names.ts';
import { findPinByHandle, getPin, type Pin } from '../../store/pins.ts';
import { getPayload, putMerged } from '../../store/records.ts';
import { getAccountSettings } from '../../store/settings.ts';
import { asking } from '../account/cloud-failure.ts';
import type { StepContext } from '../context.ts';
import { SyncFailure } from '../failure.ts';
import { ownKeyring, requireIdentity } from '../keyring/own.ts';
import { acceptIdentity as accept, IdentityChanged, lookUp } from '../keyring/people.ts';
import type { CommandInput } from '../protocol.ts';
import { conversationRecordId } from '../zones/names.ts';
import { FIRST_NAME_STAMP } from './apply.ts';
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
      : { guid: groupGuid(ctx.random), kind: 'group', members };
  const id = conversationRecordId(ctx, core.guid);
  const own = {
    account: accountId,
    handle,
    name: getAccountSettings(ctx.store).profileName,
    identityKey: ownKeyring(ctx.store).state.identityKey,
  };
  ctx.store.write(() => {
    const before = getPayload(ctx.store, 'messages', id);
    if (
      before !== undefined &&
      before.core.length > 0 &&
      !equalBytes(before.core, newConversation(core).core)
    ) {
      // Never into a conversation that only looks like this one.
      throw new SyncFailure('otherConversation', 'Another conversation stands in the place of this one.');
    }
    let payload = before ?? newPayload(newConversation(core).kind);
    payload = payload.core.length > 0 ? payload : { ...payload, core: newConversation(core).core };
    const names = memberNames(ctx.store);
    for (const { account, handle, name, identityKey } of [own, ...others]) {
      if (getRegister(payload, ConversationField.MEMBER, account) !== undefined) continue;
      const value = memberValue(handle, name || (names.get(toHex(account)) ?? ''), identityKey);
      payload = setRegister(payload, ConversationField.MEMBER, account, ctx.hlc.now(), deviceId, value);
    }
    const name = input.name?.trim() ?? '';
    if (core.kind === 'group' && name !== '') {
      const value = textValue(name.slice(0, 200));
      // As everybody else has it from the first envelope: by a clock that is ahead it would win over their first rename here, and nowhere else.
      const stamp = FIRST_NAME_STAMP;
      payload = setRegister(payload, ConversationField.NAME, new Uint8Array(), stamp, deviceId, value);
    }
    putMerged(ctx.store, 'messages', id, payload, { dirty: true });
  });
  ctx.signal({ type: 'dirty', zone: 'messages' });
  return { id: toHex(core.guid) };
}

/**
 * The directory's word, or, without a connection, the person this device knows under that handle. A changed identity opens the conversation
 * too: it says there what happened, and nothing is sent before the person decides.
 */
async function find(ctx: StepContext, handle: string): Promise<Pin> {
  try {
    return await asking(() => lookUp(ctx, { handle }));
  } catch (error) {
    const changed = error instanceof IdentityChanged ? getPin(ctx.store, error.account) : undefined;
    if (changed !== undefined) return changed;
    const known = findPinByHandle(ctx.store, handle);
    const offline = error instanceof SyncFailure && error.reason === 'cloudUnreachable';
    if (offline && known !== undefined) return known;
    if (error instanceof SyncFailure && error.reason === 'noAccount')
      throw new SyncFailure(error.reason, error.message, null, { cause: error, about: handle });
    throw error;
  }
}

/** The person looked at somebody's changed identity and takes it, and with it what waited for that: it comes in and goes out. */
export async function acceptIdentity(ctx: StepContext, input: { accountId: string }): Promise<null> {
  const account = fromHex(input.accountId);
  await asking(() => accept(ctx, account));
  await receivePending(ctx);
  return null;
}
