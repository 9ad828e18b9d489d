/**
 * What was killed in all runs of `npm run kills` (counted.json): how often, at which points, and what came of it. Reports are added
 * (spec-counts.ts), none twice, so that nobody has to keep the files of earlier ones; docs/SPEC.md shows the sums. Reads and gives values;
 * writes nothing.
 */
import { readFileSync } from 'node:fs';
import type { Report } from './plan.ts';
import type { Side } from './scene.ts';
import { ownerOf, TABLES } from './tables.ts';

type BySide<T> = Record<Side, Record<string, T>>;

export type Counted = {
  /** Those that the runs were made from. */
  seeds: readonly number[];
  kills: number;
  /** Kills after which something was wrong. */
  wrong: number;
  /** How often a point was not reached when it was its turn. */
  missed: number;
  /** Of the processor, where the system said it. */
  cpuSeconds: number;
  /** Of the first 7,252 kills, by group; `least`: at each of its points so often or oftener. Which were at which point was not kept. */
  before: BySide<{ kills: number; least: number }>;
  /** Of all since, by point. */
  points: BySide<number>;
};

export const COUNTED = new URL('./counted.json', import.meta.url);

export const readCounted = (): Counted => JSON.parse(readFileSync(COUNTED, 'utf8')) as Counted;

/** Whose points are counted together. What stands nowhere is a command like others, or a call. */
const GROUPS: Record<Side, Record<string, string>> = {
  device: {
    open: 'opening zones, first syncs, what is new there',
    walk: 'opening zones, first syncs, what is new there',
    changes: 'opening zones, first syncs, what is new there',
    push: 'pushing',
    receive: 'the mailbox',
    send: 'sending',
    upload: 'files up and down, and their folder',
    download: 'files up and down, and their folder',
    sweep: 'files up and down, and their folder',
    addAttachment: 'files up and down, and their folder',
    dropAttachment: 'files up and down, and their folder',
    attachmentBroken: 'files up and down, and their folder',
    fetchAttachment: 'files up and down, and their folder',
    deleteMessages: 'deleting and recovering',
    deleteForGood: 'deleting and recovering',
    deleteConversation: 'deleting and recovering',
    undoDelete: 'deleting and recovering',
    recoverMessages: 'deleting and recovering',
    setKeepMessages: 'deleting and recovering',
    tidy: 'tidying, repairs, a restored cloud',
    repair: 'tidying, repairs, a restored cloud',
    forgetRevs: 'tidying, repairs, a restored cloud',
    setSwitch: 'the switch, purge and Undo',
    saveSwitch: 'the switch, purge and Undo',
    finishSwitch: 'the switch, purge and Undo',
    switchPreview: 'the switch, purge and Undo',
    disableAndDelete: 'the switch, purge and Undo',
    undoPurge: 'the switch, purge and Undo',
    signUp: 'accounts, devices, keys, passwords',
    confirmRecovery: 'accounts, devices, keys, passwords',
    signIn: 'accounts, devices, keys, passwords',
    signOut: 'accounts, devices, keys, passwords',
    recover: 'accounts, devices, keys, passwords',
    changePassword: 'accounts, devices, keys, passwords',
    removeDevice: 'accounts, devices, keys, passwords',
    renameDevice: 'accounts, devices, keys, passwords',
    refreshKeyring: 'accounts, devices, keys, passwords',
    acceptIdentity: 'accounts, devices, keys, passwords',
    begin: 'starts and migrations',
    start: 'starts and migrations',
    recovery: 'recovery of a damaged database, and the keepsake',
    keepsake: 'recovery of a damaged database, and the keepsake',
    search: 'the search index, in its own thread',
    any: 'in the middle of a commit or a checkpoint',
  },
  cloud: {
    Push: 'pushes and sends',
    Send: 'pushes and sends',
    Acknowledge: 'pushes and sends',
    PutBlob: 'pieces of files',
    DropUpload: 'pieces of files',
    sweep: 'what it does by itself',
    blobs: 'what it does by itself',
    purge: 'what it does by itself',
    sends: 'what it does by itself',
    'session seen': 'what it does by itself',
    MarkForPurge: 'purge and Undo',
    UndoPurge: 'purge and Undo',
    start: 'starts, backups and their return',
    backup: 'starts, backups and their return',
    any: 'in the middle of a commit or a checkpoint',
  },
};
const OTHERS: Record<Side, string> = {
  device: 'the other commands',
  cloud: 'accounts, devices, keys, passwords',
};

const groupOf = (side: Side, point: string): string => GROUPS[side][ownerOf(point)] ?? OTHERS[side];

/** One kill may have many. */
const wrongKills = (problems: readonly string[]): number =>
  new Set(problems.map((problem) => /^.*?, seed \d+/.exec(problem)?.[0])).size;

/** One that was ended early counts as far as it came. Throws where a run from the same seed was counted before. */
export function addReport(
  to: Counted,
  { from, kills, counts, problems, missed, cpuSeconds }: Report,
): Counted {
  if (to.seeds.includes(from)) throw new Error(`A run from seed ${from} is counted already: leave it out.`);
  const sum = (side: Side): Record<string, number> => {
    const points = { ...to.points[side] };
    for (const [point, times] of Object.entries(counts[side])) points[point] = (points[point] ?? 0) + times;
    return points;
  };
  return {
    seeds: [...to.seeds, from],
    kills: to.kills + kills,
    wrong: to.wrong + wrongKills(problems),
    missed: to.missed + missed.length,
    cpuSeconds: to.cpuSeconds + Math.round(cpuSeconds ?? 0),
    before: to.before,
    points: { device: sum('device'), cloud: sum('cloud') },
  };
}

type Group = { side: Side; name: string; points: number; kills: number; least: number };

function groupsOf({ before, points }: Counted): Group[] {
  const groups = new Map<string, Group>();
  for (const side of ['device', 'cloud'] as const) {
    for (const point of Object.keys(TABLES[side])) {
      const name = groupOf(side, point);
      const times = points[side][point] ?? 0;
      const group = groups.get(`${side} ${name}`) ?? { side, name, points: 0, kills: 0, least: times };
      group.points += 1;
      group.kills += times;
      group.least = Math.min(group.least, times);
      groups.set(`${side} ${name}`, group);
    }
  }
  return [...groups.values()].map((group) => {
    const { kills, least } = before[group.side][group.name] ?? { kills: 0, least: 0 };
    return { ...group, kills: group.kills + kills, least: group.least + least };
  });
}

/** The table of docs/SPEC.md. */
export function killTable(counted: Counted): string {
  const { kills, seeds, cpuSeconds, wrong, missed } = counted;
  const groups = groupsOf(counted);
  const points = groups.reduce((sum, group) => sum + group.points, 0);
  const number = (value: number): string => value.toLocaleString('en');
  const head = [
    `${number(kills)} kills at ${points} points, in runs from the seeds ${seeds.join(', ')}, at ${(cpuSeconds / Math.max(1, kills)).toFixed(1)} s of processor a kill;`,
    `${wrong} after which something was wrong, ${missed} times a point was not reached when it was its turn.`,
  ].join(' ');
  return [
    head,
    '',
    '| killed | at points of | points | kills | at each of them, or oftener |',
    '|---|---|---|---|---|',
    ...groups.map(
      (group) =>
        `| ${group.side} | ${group.name} | ${group.points} | ${number(group.kills)} | ${number(group.least)} |`,
    ),
  ].join('\n');
}
