/** What is known of one request beside its message. */
import type { CloudError } from './errors.ts';

export type Call = {
  requestId: string;
  /** Address of the connection, where the server knows it; rate limits go by it. */
  address: string | undefined;
  /** `Authorization: Bearer …`, undecoded. */
  bearer: string | undefined;
  /** Set when the call ended in an error: its code decides the HTTP status and the log line. */
  failure?: CloudError;
};
