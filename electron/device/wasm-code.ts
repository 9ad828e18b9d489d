/**
 * What V8 makes of WebAssembly (the cipher, the password's OPAQUE, and in a start from sources what takes the types off) is neither made anew nor
 * collected while the process lives: in the V8 of Node 24 a thread that does that while another one begins or ends can take the whole process
 * with it ("Check failed: jit_page…", nodejs/node issue 64500). A call costs what it did, as far as could be measured.
 *
 * Imports nothing of ours. A process that starts and ends threads with WebAssembly calls it before the first of them; the unit tests' processes are
 * started so (vitest.config.ts).
 */
import { setFlagsFromString } from 'node:v8';

/** V8's own names. The second: after so many calls between JavaScript and WebAssembly their wrapper is compiled anew. */
export const KEEP_WASM_CODE = ['--no-wasm-code-gc', '--wasm-wrapper-tiering-budget=2000000000'] as const;

/** Of this process and its threads. */
export function keepWasmCode(): void {
  for (const flag of KEEP_WASM_CODE) setFlagsFromString(flag);
}
