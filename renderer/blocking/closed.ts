import type { ConversationSummary } from '../../electron/api/types.ts';

/** Nobody writes to whom they have blocked: no answer would arrive. In a group there are the others. */
export const isClosed = ({ kind, blocked }: ConversationSummary): boolean =>
  kind === 'direct' && blocked.length > 0;
