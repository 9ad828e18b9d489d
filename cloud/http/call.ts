/** What one request carries through Connect to its handler, beside its message. */
import { createContextKey } from '@connectrpc/connect';

export type Call = {
  requestId: string;
  /** Address of the connection, where the server knows it; rate limits go by it. */
  address: string | undefined;
  /** `Authorization: Bearer …`, undecoded. */
  bearer: string | undefined;
  /** Ends when the one who called goes away. */
  signal: AbortSignal;
  /** Set when the call ended in an error: its code decides the HTTP status and the log line. */
  failure?: import('./errors.ts').CloudError;
};

export const callKey = createContextKey<Call | undefined>(undefined, { description: 'lockstep call' });
