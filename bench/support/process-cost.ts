/** What another process has cost so far. Linux says it; elsewhere it is not known, and the table has no number there. */
import { readFileSync } from 'node:fs';

const TICKS_A_SECOND = 100;

export type Cost = { cpuS: number; rssMb: number; peakMb: number };

export function costOf(pid: number): Cost | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kib = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    return {
      cpuS: (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND,
      rssMb: kib('VmRSS') / 1024,
      peakMb: kib('VmHWM') / 1024,
    };
  } catch {
    return null;
  }
}
