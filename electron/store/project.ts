/** From a record to what the window reads: finds the projection of a kind. Unknown kinds and newer schemas have none. */
import { isNewerSchema, type Payload, PayloadError } from '../../shared/model/payload.ts';
import type { Store } from './open.ts';
import { projectDevice, projectSettings } from './project-account.ts';
import { projectConversation, projectReading } from './project-conversation.ts';
import { projectMessage, unprojectMessage } from './project-message.ts';
import { KIND, type ZoneName } from './values.ts';

/** `before`: the content until now, or null for a record that is new here. */
export function project(
  store: Store,
  zone: ZoneName,
  id: Uint8Array,
  rid: number,
  payload: Payload,
  before: Payload | null,
): void {
  if (isNewerSchema(payload)) return;
  try {
    if (zone === 'messages') {
      if (payload.kind === KIND.message) projectMessage(store, id, rid, payload, before !== null);
      else if (payload.kind === KIND.conversation) projectConversation(store, id, payload);
      else if (payload.kind === KIND.reading) projectReading(store, id, payload);
    } else if (payload.kind === KIND.device) projectDevice(store, id, payload);
    else if (payload.kind === KIND.settings) projectSettings(store, id, payload);
  } catch (error) {
    // What was sealed by this account but does not read as its kind is kept as it came and not shown.
    if (!(error instanceof PayloadError)) throw error;
  }
}

/** The record's content goes. Only messages are ever deleted for good; devices go with the device log. */
export function unproject(store: Store, kind: number, rid: number): void {
  if (kind === KIND.message) unprojectMessage(store, rid);
}
