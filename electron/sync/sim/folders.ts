/** Where the devices of a simulation keep files (attachments): in memory where the system has such a folder, and gone when the run is over. */
import { existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
const BASE = existsSync(MEMORY) ? MEMORY : tmpdir();
let stages = 0;

export class Folders {
  readonly #root = join(BASE, `lockstep-sim-${process.pid}-${stages++}`);
  #made = 0;

  /** The name of a new one. Whoever writes into it makes it: most runs write no file. */
  make(): string {
    this.#made += 1;
    return join(this.#root, String(this.#made));
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}
