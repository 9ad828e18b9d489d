/**
 * Before the unit tests: the device's threads are bundled, as an app that is installed has them (hosts.ts; only when their sources changed).
 * Tests that start whole devices run these. From its sources a thread takes many times as long to begin, and Node takes the types off with
 * WebAssembly of its own in every one: threads of that kind that end while others begin can end the process (a fault of V8, KNOWN-GAPS).
 */
import { buildHosts } from './hosts.ts';

export default async function setUp(): Promise<void> {
  await buildHosts();
}
