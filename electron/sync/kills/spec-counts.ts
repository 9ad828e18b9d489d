/**
 * `node electron/sync/kills/spec-counts.ts RUN.json …`: writes how many were killed at which points in these runs together (of
 * `npm run kills -- --json RUN.json`) into docs/SPEC.md, between its two marks. A run that was ended early counts as far as it came.
 */
import { readFileSync } from 'node:fs';
import { writeBetween } from '../testing/between-marks.ts';
import type { Report } from './plan.ts';
import type { Side } from './scene.ts';
import { ownerOf, TABLES } from './tables.ts';

const SPEC = new URL('../../../docs/SPEC.md', import.meta.url);
const BEGIN = '<!-- kills -->';
const END = '<!-- end of kills -->';

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

export function killTable(runs: readonly Report[]): string {
  const rows: string[] = [];
  let points = 0;
  let reached = 0;
  for (const side of ['device', 'cloud'] as const) {
    const groups = new Map<string, { points: number; kills: number; least: number }>();
    for (const point of Object.keys(TABLES[side])) {
      const group = groups.get(groupOf(side, point)) ?? {
        points: 0,
        kills: 0,
        least: Number.POSITIVE_INFINITY,
      };
      const kills = runs.reduce((sum, { counts }) => sum + (counts[side][point] ?? 0), 0);
      group.points += 1;
      points += 1;
      if (kills > 0) reached += 1;
      group.kills += kills;
      group.least = Math.min(group.least, kills);
      groups.set(groupOf(side, point), group);
    }
    for (const [name, group] of groups) {
      rows.push(`| ${side} | ${name} | ${group.points} | ${group.kills} | ${group.least} |`);
    }
  }
  const sum = (of: (run: Report) => number): number => runs.reduce((total, run) => total + of(run), 0);
  const seeds = runs.map(({ from }) => from).join(', ');
  const cpu =
    sum(({ cpuSeconds }) => cpuSeconds ?? 0) /
    Math.max(
      1,
      sum(({ kills }) => kills),
    );
  const head = [
    `${sum(({ kills }) => kills)} kills at ${reached} of the ${points} points, in runs from the seeds ${seeds}, at ${cpu.toFixed(1)} s of processor a kill;`,
    `${sum(({ problems }) => wrongKills(problems))} after which something was wrong, ${sum(({ missed }) => missed.length)} times a point was not reached when it was its turn.`,
  ].join(' ');
  return [
    head,
    '',
    '| killed | at points of | points | kills | the least of one point |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

if (import.meta.main) {
  const runs = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')) as Report);
  writeBetween(SPEC, BEGIN, END, killTable(runs));
}
