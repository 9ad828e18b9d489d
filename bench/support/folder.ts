/** A folder of this run's own, gone with the process that made it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(
    join(process.env['LOCKSTEP_BENCH_FOLDER'] ?? tmpdir(), `lockstep-bench-${name}-`),
  );
  process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}
