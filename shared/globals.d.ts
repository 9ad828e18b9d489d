/**
 * The few globals that Node, Electron and every browser share and that the language's own library does not declare.
 * `shared` is compiled without Node's and the DOM's types, so that nothing else slips in.
 */

declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
}

declare class TextDecoder {
  constructor(label?: 'utf-8', options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: Uint8Array | ArrayBuffer): string;
}
