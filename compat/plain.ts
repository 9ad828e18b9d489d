/** Bytes as base64, 64-bit numbers as text: the same for what is written and for what is read. */
export function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, one: unknown) => {
      if (typeof one === 'bigint') return `${one}n`;
      if (one instanceof Map) return Object.fromEntries(one);
      return one instanceof Uint8Array ? { base64: Buffer.from(one).toString('base64') } : one;
    }) ?? 'null',
  );
}
