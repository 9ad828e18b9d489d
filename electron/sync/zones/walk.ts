/**
 * What a first sync has brought and will bring, for the status line: conversations first, then messages. Both are counted by the records'
 * hints, as the cloud counts them when the zone is opened; so what is here already counts as well when it comes by again. A cloud that
 * gives wrong hints makes wrong numbers and nothing else.
 */

import type {
  Record as CloudRecord,
  ZoneState as CloudZoneState,
} from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { NO_WALK, type Walk, type Work } from '../engine/state.ts';
import { numberOf } from '../network/answers.ts';
import { CONVERSATION_HINT, OTHER_HINT } from './hint.ts';

/** Of the live records, those that are messages. */
export function messagesAmong(state: CloudZoneState): number {
  return Math.max(0, numberOf(state.records - state.conversations - state.readings));
}

export function begunWalk(state: CloudZoneState): Walk {
  return {
    conversations: { done: 0, total: numberOf(state.conversations) },
    messages: { done: 0, total: messagesAmong(state) },
  };
}

/** After one more page. What moved meanwhile comes by the forward feed instead: a kind that is over has all it will get. */
export function walkedOn(before: Walk, records: readonly CloudRecord[], more: boolean): Walk {
  let conversations = 0;
  let messages = 0;
  for (const { tombstone, hint } of records) {
    if (tombstone) continue;
    if (hint === CONVERSATION_HINT) conversations += 1;
    else if (hint < OTHER_HINT) messages += 1;
  }
  const last = records.at(-1);
  const pastConversations = !more || (last !== undefined && last.hint < CONVERSATION_HINT);
  return {
    conversations: further(before.conversations, conversations, pastConversations),
    messages: further(before.messages, messages, !more),
  };
}

function further(work: Work, by: number, over: boolean): Work {
  const done = work.done + by;
  if (work.total === null) return { done, total: over ? done : null };
  return { done, total: over ? done : Math.max(work.total, done) };
}

/** As it was saved with the page (zone_state.extra), or as of a walk of which nothing is known. */
export function savedWalk(extra: Record<string, unknown>): Walk {
  const saved = extra['walk'];
  return typeof saved === 'object' && saved !== null ? (saved as Walk) : NO_WALK;
}
