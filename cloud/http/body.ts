/** Reads a request's body up to a limit; nothing beyond the limit is kept (SPEC ERR-2). */
import { malformed, tooLarge } from './errors.ts';

export const readBody = async (request: Request, limit: number): Promise<Uint8Array> => {
  const refuse = () => tooLarge(`The body may have at most ${limit} bytes here.`);
  const declared = Number(request.headers.get('content-length') ?? '0');
  if (declared > limit) throw refuse();
  // The length is known: no stream is needed, and node reads no more than that.
  if (declared > 0) {
    const whole = await request.arrayBuffer().catch(() => {
      throw malformed('The body broke off.');
    });
    if (whole.byteLength > limit) throw refuse();
    return new Uint8Array(whole);
  }
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw malformed('The body broke off.');
    });
    if (done) break;
    length += value.byteLength;
    if (length > limit) {
      reader.cancel().catch(() => undefined);
      throw refuse();
    }
    chunks.push(value);
  }
  if (chunks.length === 1 && chunks[0] !== undefined) return chunks[0];
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
};
