/** Where a newer app writes in a story, a delete or a Recover leaves what that wrote as it is, and does the rest (DEL-33). */
import { messagesOf } from './ledger.ts';
import type { Actor, Stage } from './stage.ts';

/** Of what was deleted, what is shown after that was answered. */
export function shownStill(stage: Stage, actor: Actor): ReadonlySet<string> {
  if (stage.newer.length === 0) return new Set();
  return new Set(
    messagesOf(actor.device)
      .filter(({ visible }) => visible)
      .map(({ guid }) => guid),
  );
}

/** It was to be brought back, and is not shown after that was answered. */
export const isSpared = (stage: Stage, actor: Actor, guid: string): boolean =>
  stage.newer.length > 0 && !shownStill(stage, actor).has(guid);
