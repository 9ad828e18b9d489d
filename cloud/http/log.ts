/**
 * The cloud's log: JSON lines about requests and faults. It holds method names, codes, sizes and times; never bodies,
 * handles, keys or tokens (SPEC ERR-6), which is why a fault is logged by its kind and place and without its message.
 */
export type LogEntry = { level: 'info' | 'error'; event: string } & {
  [field: string]: string | number | boolean | undefined;
};
export type Log = (entry: LogEntry) => void;

export const jsonLines =
  (write: (line: string) => void, now: () => number): Log =>
  (entry) =>
    write(`${JSON.stringify({ time: new Date(now()).toISOString(), ...entry })}\n`);

/** Kind and place of a fault. The message is left out: it may quote what somebody sent. */
export const describeFault = (thrown: unknown): { kind: string; place: string } => {
  if (!(thrown instanceof Error)) return { kind: typeof thrown, place: '' };
  const code = (thrown as { code?: unknown }).code;
  const frames = (thrown.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    kind: typeof code === 'string' ? `${thrown.name} ${code}` : thrown.name,
    place: frames
      .slice(0, 6)
      .map((line) => line.trim())
      .join(' | '),
  };
};
