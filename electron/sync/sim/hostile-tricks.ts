/**
 * What a hostile cloud does to the answers that it gives, one trick an entry, and what must then be said on some device of the account (DESIGN
 * 6 and 7). A trick that can be noticed is done again and again, as long as the cloud is hostile: what was damaged once on its way is fetched
 * again by itself, and is no alarm.
 */
import { create } from '@bufbuild/protobuf';
import { equalBytes } from '../../../shared/crypto/bytes.ts';
import { KeyWrapSchema, SignedSchema } from '../../../shared/proto/gen/lockstep/cloud/v1/keys_pb.js';
import { EnvelopeSchema } from '../../../shared/proto/gen/lockstep/cloud/v1/mailboxes_pb.js';
import {
  type Record as CloudRecord,
  RecordSchema,
  Zone,
} from '../../../shared/proto/gen/lockstep/cloud/v1/zones_pb.js';
import { type Answer, changeRecords, keyOf, type Memory } from './hostile-answers.ts';
import type { Forgeries } from './hostile-forgeries.ts';
import type { SeededRandom } from './random.ts';

export type Scene = {
  memory: Memory;
  dice: SeededRandom;
  /** Hex. */
  account: string;
  device: string;
  forged: Forgeries;
  /** What another account has in a zone, of a trick that gives that. */
  theirs: ReadonlyMap<Zone, readonly CloudRecord[]>;
  /** The highest head of a zone that this device has stored, in the generation and incarnation that the answer is of. */
  known(zone: Zone): number;
  /** Whether this device knows this version of a record, or a later one. */
  has(zone: Zone, id: Uint8Array, rev: number): boolean;
};

export type Trick = {
  name: string;
  /** One of these is said: a notice's code, or a reason to pause. Null: it cannot be noticed, or costs nothing. */
  says: readonly string[] | null;
  /** Done to one device, or to all of its account. */
  to: 'device' | 'account';
  /** Mail may not come to everybody. */
  losesMail?: true;
  /** Changes the answer where there is something to change; true when the device must feel it. */
  change?(answer: Answer, scene: Scene): boolean;
  /** Needs what another account has. */
  theirs?: true;
  /** Pokes do not come. */
  silent?: true;
  /** Answered by another copy of the cloud: which requests. */
  elsewhere?: 'messages zone' | 'everything';
};

/** The same records each time: about half of them. */
const chosen = ({ id }: { id: Uint8Array }): boolean => (id[15] ?? 0) % 2 === 0;

/** Every chosen record that is alive, through `change`; null leaves it. */
function onRecords(
  change: (record: CloudRecord, scene: Scene, zone: Zone, all: readonly CloudRecord[]) => CloudRecord | null,
): NonNullable<Trick['change']> {
  return (answer, scene) => {
    let bit = false;
    changeRecords(answer, (records) =>
      records.map((record) => {
        if (record.tombstone || !chosen(record)) return record;
        const changed = change(record, scene, answer.zone, records);
        bit ||= changed !== null;
        return changed ?? record;
      }),
    );
    return bit;
  };
}

const REFUSED = ['recordRefused'] as const;
const STOPPED = ['recordRefused', 'damaged', 'rolledBack', 'forked', 'zoneRolledBack', 'zoneForked'] as const;
const ALARM = ['rolledBack', 'forked', 'zoneRolledBack', 'zoneForked', 'damaged'] as const;
const KEYS = ['keyringForged', 'keyringRolledBack'] as const;

const flipped = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, i) => (i === at % bytes.length ? byte ^ 1 : byte));

export const TRICKS: readonly Trick[] = [
  {
    name: 'changes a record',
    says: REFUSED,
    to: 'device',
    change: onRecords((record) => ({ ...record, ct: flipped(record.ct, 60) })),
  },
  {
    name: 'swaps two ciphertexts',
    says: REFUSED,
    to: 'device',
    change: onRecords((record, { memory, account }, zone) => {
      for (const [key, versions] of memory.versions) {
        const other = versions.at(-1);
        if (other === undefined || other.tombstone || other.rev !== record.rev) continue;
        if (!key.startsWith(`${account}:${zone}:`) || equalBytes(other.id, record.id)) continue;
        return { ...record, ct: other.ct };
      }
      return null;
    }),
  },
  {
    name: 'replays an old version of a record',
    says: STOPPED,
    to: 'device',
    change: onRecords((record, { memory, account }, zone) => {
      const [old] = memory.versions.get(keyOf(account, zone, record.id)) ?? [];
      return old === undefined || old.rev >= record.rev ? null : { ...old, seq: record.seq };
    }),
  },
  {
    name: 'passes an old version off as the new one',
    says: REFUSED,
    to: 'device',
    change: onRecords((record, { memory, account }, zone) => {
      const [old] = memory.versions.get(keyOf(account, zone, record.id)) ?? [];
      return old === undefined || old.rev >= record.rev ? null : { ...record, ct: old.ct };
    }),
  },
  {
    name: 'withholds records',
    says: STOPPED,
    to: 'device',
    change: withoutRecords,
  },
  {
    name: 'withholds records, and denies that they are there',
    says: STOPPED,
    to: 'device',
    change: (answer, scene) => {
      if (answer.call === 'Inventory')
        answer.message.items = answer.message.items.filter((item) => !chosen(item));
      return withoutRecords(answer, scene);
    },
  },
  {
    name: 'forges a tombstone',
    says: REFUSED,
    to: 'device',
    change: onRecords(({ id, seq, rev, epoch }) =>
      create(RecordSchema, { id, seq, rev, epoch, tombstone: true, proof: new Uint8Array(41).fill(1) }),
    ),
  },
  {
    name: "gives a tombstone another one's proof",
    says: REFUSED,
    to: 'device',
    change: onRecords(({ id, seq, rev, epoch }, { forged }) =>
      create(RecordSchema, { id, seq, rev, epoch, tombstone: true, proof: forged.proofOfAnother }),
    ),
  },
  {
    name: 'makes up a record',
    says: STOPPED,
    to: 'device',
    change: (answer, { dice }) => {
      if (answer.call !== 'Changes' || answer.message.records.length === 0) return false;
      const last = answer.message.records.at(-1) as CloudRecord;
      answer.message.records.unshift(
        create(RecordSchema, {
          ...{ id: dice.bytes(16), ct: Uint8Array.from([1, 1, ...dice.bytes(98)]) },
          ...{ seq: last.seq, rev: 1, epoch: last.epoch, hint: last.hint },
        }),
      );
      return true;
    },
  },
  {
    name: "gives another account's records",
    says: STOPPED,
    to: 'device',
    theirs: true,
    change: (answer, { theirs }) => {
      if (answer.call !== 'Changes' || answer.message.records.length === 0) return false;
      const given = (theirs.get(answer.zone) ?? []).slice(0, 2);
      if (given.length === 0) return false;
      const { seq } = answer.message.records[0] as CloudRecord;
      answer.message.records.unshift(...given.map((record) => ({ ...record, seq })));
      return true;
    },
  },
  {
    name: 'reorders what it gives',
    says: null,
    to: 'account',
    change: (answer) => {
      const list =
        answer.call === 'Receive'
          ? answer.message.envelopes
          : answer.call === 'Changes' || answer.call === 'Backfill' || answer.call === 'Fetch'
            ? answer.message.records
            : [];
      list.reverse();
      return list.length > 1;
    },
  },
  {
    name: 'replays an old page',
    says: ALARM,
    to: 'device',
    change: (answer, scene) => {
      if (answer.call !== 'Changes') return false;
      const { message, zone } = answer;
      const old = scene.memory.pages
        .get(`${scene.device}:${zone}`)
        ?.find(
          ({ state }) =>
            state !== undefined &&
            state.incarnation === message.state?.incarnation &&
            state.generation === message.state.generation &&
            Number(state.head) < scene.known(zone),
        );
      if (old === undefined) return false;
      answer.message = old;
      return true;
    },
  },
  {
    name: 'claims a purge that nobody asked for',
    says: ['purgePending'],
    to: 'account',
    change: (answer, { forged }) => {
      if (answer.call !== 'Changes' && answer.call !== 'OpenZone') return false;
      const { state } = answer.message;
      if (answer.zone !== Zone.MESSAGES || state === undefined || state.purgeAtMs !== 0n) return false;
      state.purgeAtMs = state.timeMs + 30n * 86_400_000n;
      state.purgeId = forged.purgeId;
      return true;
    },
  },
  { name: 'withholds pokes', says: null, to: 'account', silent: true },
  {
    name: 'withholds mail from a device',
    says: null,
    to: 'device',
    change: (answer) => withoutMail(answer),
  },
  {
    name: 'withholds mail',
    says: null,
    to: 'account',
    change: (answer) => withoutMail(answer),
  },
  {
    name: 'replays mail',
    says: null,
    to: 'account',
    change: (answer, { memory, account, dice }) => {
      if (answer.call !== 'Receive' || answer.message.envelopes.length === 0) return false;
      const old = memory.envelopes.get(account) ?? [];
      if (old.length === 0) return false;
      const { position } = answer.message.envelopes[0] as { position: bigint };
      answer.message.envelopes.unshift(
        ...[dice.pick(old), dice.pick(old)].map((one) => ({ ...one, position })),
      );
      return true;
    },
  },
  {
    name: 'changes mail',
    says: ['envelopeRefused'],
    to: 'device',
    losesMail: true,
    change: (answer) => {
      if (answer.call !== 'Receive' || answer.message.envelopes.length === 0) return false;
      for (const envelope of answer.message.envelopes) envelope.content = flipped(envelope.content, 100);
      return true;
    },
  },
  {
    name: 'names another sender',
    says: ['envelopeRefused'],
    to: 'device',
    losesMail: true,
    change: (answer, { forged }) => {
      if (answer.call !== 'Receive' || answer.message.envelopes.length === 0) return false;
      for (const envelope of answer.message.envelopes) {
        const [first, second] = forged.accounts as [Uint8Array, Uint8Array];
        envelope.senderAccountId = equalBytes(envelope.senderAccountId, first) ? second : first;
      }
      return true;
    },
  },
  {
    name: 'forges a message',
    says: ['envelopeRefused'],
    to: 'device',
    change: (answer, { forged, account }) => {
      if (answer.call !== 'Receive' || answer.message.envelopes.length === 0) return false;
      const { position, acceptedMs } = answer.message.envelopes[0] as {
        position: bigint;
        acceptedMs: bigint;
      };
      const envelope = forged.envelopes.get(account);
      if (envelope === undefined) return false;
      answer.message.envelopes.unshift(create(EnvelopeSchema, { ...envelope, position, acceptedMs }));
      return true;
    },
  },
  {
    name: 'forges a device',
    says: KEYS,
    to: 'device',
    change: (answer, { forged, account }) => {
      if (answer.call !== 'GetKeyring' || answer.message.keyring === undefined) return false;
      answer.message.keyring.log.push(
        create(SignedSchema, forged.deviceOf(account, answer.message.keyring.log)),
      );
      return true;
    },
  },
  {
    name: 'forges an epoch',
    says: KEYS,
    to: 'device',
    change: (answer, { forged, account }) => {
      const epoch = forged.epochs.get(account);
      if (answer.call !== 'GetKeyring' || answer.message.keyring === undefined || epoch === undefined)
        return false;
      answer.message.keyring.epochs.push(create(SignedSchema, epoch.statement));
      answer.message.wraps = epoch.wraps.map((wrap) => create(KeyWrapSchema, wrap));
      return true;
    },
  },
  {
    name: 'cuts the device log',
    says: KEYS,
    to: 'device',
    change: (answer) => {
      if (answer.call !== 'GetKeyring' || answer.message.keyring === undefined) return false;
      return answer.message.keyring.log.pop() !== undefined;
    },
  },
  {
    name: "gives another account's keyring",
    says: KEYS,
    to: 'device',
    change: (answer, { memory, account }) => {
      if (answer.call !== 'GetKeyring') return false;
      for (const [other, keyrings] of memory.keyrings) {
        const theirs = keyrings.at(-1);
        if (other === account || theirs === undefined) continue;
        answer.message = theirs;
        return true;
      }
      return false;
    },
  },
  { name: 'forks the messages zone', says: ALARM, to: 'device', elsewhere: 'messages zone' },
  { name: 'forks everything', says: null, to: 'device', losesMail: true, elsewhere: 'everything' },
  { name: 'rolls back', says: ALARM, to: 'account', losesMail: true, elsewhere: 'everything' },
];

/** It bites where the device did not have that version anyway: its own changes come back to it too. */
function withoutRecords(answer: Answer, { has }: Scene): boolean {
  let bit = false;
  changeRecords(answer, (records) => {
    // What a push conflicted with cannot be left out of its answer.
    if (answer.call === 'Push') return records;
    bit = records.some((record) => chosen(record) && !has(answer.zone, record.id, record.rev));
    return records.filter((record) => !chosen(record));
  });
  return bit;
}

function withoutMail(answer: Answer): boolean {
  if (answer.call !== 'Receive' || answer.message.envelopes.length === 0) return false;
  answer.message.envelopes = [];
  answer.message.more = false;
  return true;
}
