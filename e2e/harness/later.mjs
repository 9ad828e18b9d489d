/**
 * Loaded into a program before its own code (`--import`), and into its threads: its clock runs ahead by E2E_LATER_MS, and nothing else is
 * changed. So a story can let a month or a year go by between two starts.
 */
import { syncBuiltinESMExports } from 'node:module';
import threads from 'node:worker_threads';

const ahead = Number(process.env.E2E_LATER_MS ?? 0);
const real = Date;
const now = () => real.now() + ahead;

globalThis.Date = class Later extends real {
  constructor(...given) {
    if (given.length === 0) super(now());
    else super(...given);
  }
  static now() {
    return now();
  }
};

// A thread does not take `--import` over: it begins with this file, then goes on with its own.
const { Worker } = threads;
threads.Worker = class extends Worker {
  constructor(script, options) {
    const first = [import.meta.url, String(script)].map((url) => `await import(${JSON.stringify(url)});`);
    super(new URL(`data:text/javascript,${encodeURIComponent(first.join('\n'))}`), options);
  }
};
syncBuiltinESMExports();
