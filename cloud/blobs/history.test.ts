/**
 * Random histories of what people and devices do with blobs, and after each step everything counted anew: who is charged what, who
 * reaches what, and that exactly the blobs that somebody holds are there. `LOCKSTEP_BLOB_SEEDS=500` runs more of them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { toHex } from '../../shared/crypto/bytes.ts';
import { createDice } from '../../shared/testing/dice.ts';
import { createCloud } from '../app.ts';
import { databaseFile } from '../storage/database.ts';
import {
  acknowledge,
  deleting,
  MIB,
  makeBlob,
  messages,
  naming,
  type Op,
  pieceOf,
  putAll,
  send,
  type TestBlob,
  used,
} from '../testing/blobs.ts';
import { addDevice, random, signUp, type TestDevice } from '../testing/person.ts';
import { manualTimers } from '../testing/timers.ts';

const SEEDS = Number(process.env['LOCKSTEP_BLOB_SEEDS'] ?? 3);
const STEPS = 60;
const HOUR = 3_600_000;

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'lockstep-blobs-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

type Row = Record<string, unknown>;
const hex = (value: unknown): string => toHex(value as Uint8Array);
const ids = (column: unknown): string[] => (column === null ? [] : (hex(column).match(/.{64}/g) ?? []));
const plus = (counts: Map<string, number>, key: string, by = 1) =>
  counts.set(key, (counts.get(key) ?? 0) + by);
const sorted = (counts: Map<string, number>) =>
  Object.fromEntries([...counts].filter(([, count]) => count !== 0).sort());

/** What the tables say, beside what follows from records, envelopes and entries alone. */
const audit = (sqlite: Sqlite.Database) => {
  const all = (text: string) => sqlite.prepare(text).all() as Row[];
  const blobs = all('SELECT no, id, size, received, uploader FROM blob');
  const whole = new Map(
    blobs.filter((b) => b['uploader'] === null && b['id'] !== null).map((b) => [hex(b['id']), b]),
  );
  const named = (column: unknown) => ids(column).map((id) => whole.get(id)?.['no'] ?? `lost ${id}`);

  const inZone = new Map<string, number>();
  const zoneBytes = new Map<string, number>();
  const live = new Map(
    all('SELECT no, account FROM zone WHERE kind > 0').map((z) => [z['no'], z['account']]),
  );
  for (const record of all('SELECT zone, size, ct, blobs FROM record')) {
    if (!live.has(record['zone'])) continue;
    expect(record['size']).toBe(
      ((record['ct'] as Uint8Array | null)?.length ?? 0) + 32 * ids(record['blobs']).length,
    );
    plus(zoneBytes, String(record['zone']), Number(record['size']));
    for (const no of named(record['blobs'])) plus(inZone, `${record['zone']} ${no}`);
  }
  const sizes = new Map(blobs.map((blob) => [String(blob['no']), Number(blob['size'])]));
  const charged = new Set<string>();
  for (const key of inZone.keys()) {
    const [zone = '', no = ''] = key.split(' ');
    plus(zoneBytes, zone, sizes.get(no));
    charged.add(`${live.get(Number(zone))} ${no}`);
  }
  const uses = all('SELECT account, blob, reason, count, until_ms FROM blob_use');
  for (const use of uses) if (use['reason'] !== 3) charged.add(`${use['account']} ${use['blob']}`);
  const bytesUsed = new Map<string, number>();
  for (const { no } of all('SELECT no FROM account')) plus(bytesUsed, String(no), 0);
  for (const key of charged) {
    const [account = '', no = ''] = key.split(' ');
    plus(bytesUsed, account, sizes.get(no));
  }
  for (const record of all(
    'SELECT zone.account, record.size FROM record JOIN zone ON zone.no = record.zone WHERE kind > 0',
  ))
    plus(bytesUsed, String(record['account']), Number(record['size']));

  const mail = new Map<string, number>();
  const accounts = new Map(all('SELECT no, id FROM account').map((a) => [hex(a['id']), a['no']]));
  for (const envelope of all('SELECT sender, blobs FROM envelope'))
    for (const no of named(envelope['blobs'])) plus(mail, `${accounts.get(hex(envelope['sender']))} ${no} 2`);
  for (const entry of all(
    'SELECT account, blobs FROM mailbox_entry JOIN envelope ON envelope.no = mailbox_entry.envelope',
  ))
    for (const no of named(entry['blobs'])) plus(mail, `${entry['account']} ${no} 3`);

  const held = new Set([
    ...uses.map((use) => String(use['blob'])),
    ...all('SELECT blob FROM blob_in_zone').map((row) => String(row['blob'])),
  ]);
  const rowsOf = (rows: Row[], key: (row: Row) => string, value: string) =>
    sorted(new Map(rows.map((row) => [key(row), Number(row[value])])));
  return {
    /** The ids that an account reaches, of whole blobs and of its own uploads. */
    reach: (accountId: string): string[] => {
      const account = accounts.get(accountId);
      const zones = [...live].filter(([, of]) => of === account).map(([zone]) => zone);
      return blobs
        .filter(
          ({ no, id, uploader }) =>
            id !== null &&
            (uploader === account ||
              (uploader === null &&
                (uses.some((use) => use['account'] === account && use['blob'] === no) ||
                  zones.some((zone) => inZone.has(`${zone} ${no}`))))),
        )
        .map(({ id }) => hex(id))
        .filter((id, i, all) => all.indexOf(id) === i)
        .sort();
    },
    said: {
      inZone: rowsOf(
        all(
          'SELECT zone, blob, blob_in_zone.records AS n FROM blob_in_zone JOIN zone ON zone.no = zone WHERE kind > 0',
        ),
        (row) => `${row['zone']} ${row['blob']}`,
        'n',
      ),
      mail: rowsOf(
        uses.filter((use) => use['reason'] !== 1 && Number(use['count']) > 0),
        (use) => `${use['account']} ${use['blob']} ${use['reason']}`,
        'count',
      ),
      zoneBytes: rowsOf(all('SELECT no, bytes FROM zone WHERE kind > 0'), (z) => String(z['no']), 'bytes'),
      bytesUsed: rowsOf(all('SELECT no, bytes_used FROM account'), (a) => String(a['no']), 'bytes_used'),
      alive: blobs.filter((blob) => blob['id'] !== null).map((blob) => String(blob['no'])),
      empty: uses.filter((use) => use['count'] === 0 && use['until_ms'] === 0),
    },
    counted: {
      inZone: sorted(inZone),
      mail: sorted(mail),
      zoneBytes: sorted(zoneBytes),
      bytesUsed: sorted(bytesUsed),
      alive: blobs.map((blob) => String(blob['no'])).filter((no) => held.has(no)),
      empty: [],
    },
  };
};

const story = async (seed: number) => {
  const dice = createDice(seed);
  const time = manualTimers();
  let now = 1_800_000_000_000;
  const cloud = await createCloud({
    dataDir,
    registration: 'open',
    clock: { now: () => now },
    timers: time.timers,
    quotaBytes: 6 * MIB,
  });
  const anna = await signUp(cloud, 'anna@example.org');
  const bob = await signUp(cloud, 'bob@example.org');
  const carol = await signUp(cloud, 'carol@example.org');
  const people = [anna, bob, carol];
  const devices = [...people, await addDevice(cloud, bob.person)];
  const blobs = [40, 70_000, 200_000, 1_200_000, 1_900_000].map((size) => makeBlob(dice.bytes(size)));
  const records = new Map(
    people.map((who) => [who, Array.from({ length: 4 }, () => ({ id: random(16), rev: 0 }))]),
  );
  const generations = new Map(people.map((who) => [who, 1]));
  /** Mostly what the account reaches, so that much is accepted; else whatever there is. */
  const some = async (who: TestDevice): Promise<TestBlob[]> => {
    const { states } = await who.blob.statBlobs({ blobIds: blobs.map(({ id }) => id) });
    const whole = new Set(states.filter((s) => s.received === s.size).map((s) => toHex(s.blobId)));
    const from = dice.chance(0.85) ? blobs.filter(({ id }) => whole.has(toHex(id))) : blobs;
    return from.filter(() => dice.chance(0.5));
  };
  const done = new Map<string, number>();

  const steps: Record<string, (who: TestDevice) => Promise<unknown>> = {
    put: (who) => putAll(who, dice.pick(blobs)),
    begin: (who) => who.blob.putBlob(pieceOf(dice.pick(blobs), 0)),
    spoil: (who) => {
      const blob = dice.pick(blobs);
      return who.blob.putBlob({ ...pieceOf(blob, 0), bytes: dice.bytes(Math.min(blob.size, MIB)) });
    },
    giveUp: (who) => who.blob.dropUpload({ blobId: dice.pick(blobs).id }),
    write: async (who) => {
      const generation = generations.get(who) ?? 1;
      const chosen = (records.get(who) ?? []).filter(() => dice.chance(0.5));
      const operations: Op[] = [];
      for (const { id, rev } of chosen)
        operations.push(
          rev > 0 && dice.chance(0.2)
            ? deleting(id)
            : naming(await some(who), { id, baseRev: rev, ct: dice.bytes(50) }),
        );
      if (operations.length === 0) return;
      const { results } = await who.zone.push({ zone: messages, generation, operations });
      results.forEach(({ result }, i) => {
        const record = chosen[i];
        if (record === undefined) return;
        if (result.case === 'ok') record.rev = result.value.rev;
        if (
          operations[i]?.op.case === 'delete' ||
          result.case === 'gone' ||
          result.case === 'generationStale'
        )
          Object.assign(record, { id: random(16), rev: 0 });
        plus(done, String(result.case));
        if (result.case === 'generationStale') generations.set(who, result.value.generation);
      });
    },
    send: async (who) => {
      const recipients = people.filter(() => dice.chance(0.6));
      if (recipients.length > 0) plus(done, `send ${await send(who, recipients, await some(who))}`);
    },
    acknowledge: () => acknowledge(dice.pick(devices)),
    purge: async (who) => {
      const generation = generations.get(who) ?? 1;
      const { state } = await who.zone.markForPurge({ zone: messages, generation, purgeId: random(16) });
      if (dice.chance(0.3))
        await who.zone.undoPurge({ zone: messages, generation, purgeId: state?.purgeId ?? random(16) });
    },
    pass: async () => {
      now += dice.pick([1_000, HOUR, 13 * HOUR, 25 * HOUR, 24 * 20 * HOUR]);
    },
    chores: async () => time.run(dice.pick([1, 3, 200])),
  };
  const weights = [
    'put',
    'put',
    'put',
    'begin',
    'spoil',
    'giveUp',
    'write',
    'write',
    'write',
    'write',
    'send',
    'send',
    'send',
  ];
  const names = [
    ...weights,
    'acknowledge',
    'acknowledge',
    'pass',
    'chores',
    ...(dice.chance(0.5) ? ['purge'] : []),
  ];

  const sqlite = new Sqlite(databaseFile(dataDir), { readonly: true });
  const trace: string[] = [];
  for (let step = 0; step < STEPS; step++) {
    const name = dice.pick(names);
    const outcome = await steps[name]?.(dice.pick(people)).then(
      () => 'ok',
      (error: Error) => error.message.slice(0, 30),
    );
    trace.push(`${name}: ${outcome}`);
    plus(done, `${name} ${outcome === 'ok'}`);
    // Asked first: a call is what brings the cloud up to its clock.
    const asker = dice.pick(people);
    const { states } = await asker.blob.statBlobs({ blobIds: blobs.map(({ id }) => id) });
    const { said, counted, reach } = audit(sqlite);
    expect({ seed, trace, ...said }).toEqual({ seed, trace, ...counted });
    const reached = states.map(({ blobId }) => toHex(blobId)).sort();
    expect({ seed, trace, reached }).toEqual({ seed, trace, reached: reach(toHex(asker.person.accountId)) });
  }
  // In the end everybody lets go of everything, and nothing of any blob is left.
  now += 40 * 24 * HOUR;
  time.run();
  for (const device of devices) await acknowledge(device);
  for (const who of people) {
    const opened = await who.zone.openZone({ zone: messages });
    const generation = opened.state?.generation ?? 1;
    const { items } = await who.zone.inventory({ zone: messages });
    const operations = items.map(({ id }) => deleting(id));
    if (opened.state?.purgeAtMs !== 0n)
      await who.zone.undoPurge({ zone: messages, generation, purgeId: opened.state?.purgeId ?? random(16) });
    if (operations.length > 0) await who.zone.push({ zone: messages, generation, operations });
  }
  now += 40 * 24 * HOUR;
  time.run(2_000);
  for (const who of people) expect(await used(who)).toBe(0);
  for (const table of ['blob', 'blob_chunk', 'blob_use', 'blob_in_zone'])
    expect([seed, table, sqlite.prepare(`SELECT count(*) AS n FROM ${table}`).get()]).toEqual([
      seed,
      table,
      { n: 0 },
    ]);
  sqlite.close();
  await cloud.close();
  return done;
};

test(
  'BLB-23 whatever is done with blobs, what is charged, reached and kept is what records, mail and uploads say',
  async () => {
    const done = new Map<string, number>();
    for (let seed = 1; seed <= SEEDS; seed++) {
      for (const [what, count] of await story(seed)) plus(done, what, count);
      rmSync(dataDir, { recursive: true, force: true });
    }
    const often = ['ok', 'send accepted', 'put true', 'giveUp true', 'acknowledge true'];
    for (const what of often) expect([what, (done.get(what) ?? 0) > SEEDS]).toEqual([what, true]);
    if (SEEDS > 3) console.log(Object.fromEntries([...done].sort()));
  },
  20_000 + SEEDS * 20_000,
);
