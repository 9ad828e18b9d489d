import { describe, expect, test } from 'vitest';
import { Bench, deepFreeze, noChanges, remembered, settled, whereItStands } from '../testing/engine-bench.ts';
import { waitAfter } from './backoff.ts';
import { reduce } from './reduce.ts';
import { NO_BLOBS, NO_UPLOADS, NO_WALK, NOTHING_HEARD, POLL_MS, TIME_ASKED_MS, type Walk } from './state.ts';
import { statusOf } from './status.ts';

describe('the engine', () => {
  test('SYN-1 is pure: frozen states survive, the same event gives the same answer', () => {
    const bench = settled();
    const event = deepFreeze({
      type: 'zonePoke',
      zone: 'messages',
      head: 25,
      purgeId: null,
      now: bench.now,
      jitter: 0.1,
    } as const);
    expect(reduce(bench.state, event)).toEqual(reduce(bench.state, event));
  });

  test('SYN-2 every paused state and every phase shows in the status line', () => {
    const seen = new Set<string>();
    const note = (bench: Bench) => {
      const { phase, paused } = statusOf(bench.state);
      seen.add(paused?.reason ?? phase);
    };
    note(settled());
    note(
      new Bench().send({
        type: 'started',
        remembered: {
          ...remembered(),
          zones: {
            ...remembered().zones,
            account: {
              stage: 'unopened',
              named: true,
              stopped: null,
              seen: 0,
              walk: NO_WALK,
              walkSince: null,
            },
          },
        },
      }),
    );
    note(settled().send({ type: 'zonePoke', zone: 'messages', head: 21, purgeId: null }));
    note(settled().dirty(0, 500));
    note(settled({ switch: 'enabling' }));
    note(settled().send({ type: 'cloudTime', cloudMs: 0 }));
    note(settled().send({ type: 'keyringForged' }));
    const offline = settled().send({ type: 'zonePoke', zone: 'messages', head: 21, purgeId: null });
    offline.send({ type: 'reachable', online: false }).failed('changes', 'network');
    offline.now += 60_000;
    offline.send({ type: 'tick' }).failed('changes', 'network');
    note(offline);
    offline.send({ type: 'reachable', online: true });
    note(offline);
    note(
      settled()
        .dirty(0, 1)
        .done('push', { accepted: 0, head: 20, staleKeyring: false, full: true, deleted: 0, moved: false }),
    );
    note(settled().dirty(0, 1).failed('push', 'purgePending'));
    note(settled().dirty(0, 1).failed('push', 'diskFull'));
    note(settled().dirty(0, 1).failed('push', 'appTooOld'));
    note(settled().dirty(0, 1).failed('push', 'removed'));
    for (const stopped of ['rolledBack', 'forked'] as const) {
      note(
        settled()
          .send({ type: 'zonePoke', zone: 'messages', head: 21, purgeId: null })
          .done('changes', { ...noChanges(21), alarm: stopped }),
      );
    }
    const walking = remembered();
    walking.zones.messages = {
      stage: 'walking',
      named: true,
      stopped: null,
      seen: 0,
      walk: NO_WALK,
      walkSince: null,
    };
    note(new Bench().send({ type: 'started', remembered: walking }).done('changes', noChanges(10)));
    expect([...seen].sort()).toEqual([
      'appTooOld',
      'clockWrong',
      'cloudUnreachable',
      'diskFull',
      'downloading',
      'finishing',
      'forked',
      'idle',
      'keyringForged',
      'offline',
      'preparing',
      'purgePending',
      'rolledBack',
      'signedOut',
      'storageFull',
      'synchronizing',
      'uploading',
    ]);
  });

  test('SYN-2 TRU-9 a session that is over is said after the next start too', () => {
    const ended = { signedIn: false, ended: true };
    const bench = new Bench().send({ type: 'started', remembered: remembered(ended) });
    expect(statusOf(bench.state).paused?.reason).toBe('signedOut');
    bench.send({ type: 'setSwitch', on: true }).dirty(0, 3);
    expect(statusOf(bench.state)).toMatchObject({ phase: 'paused', action: 'signIn' });
    const nobody = new Bench().send({ type: 'started', remembered: remembered({ signedIn: false }) });
    expect(statusOf(nobody.state).phase).toBe('idle');
  });

  test('SYN-122 where nobody is signed in, the switch is not turned: nothing would keep it', () => {
    for (const ended of [true, false]) {
      const bench = new Bench().send({ type: 'started', remembered: remembered({ signedIn: false, ended }) });
      bench.send({ type: 'setSwitch', on: true });
      expect(statusOf(bench.state).switch).toBe('off');
    }
  });

  test('SYN-2 counts are those of the work under way', () => {
    const bench = settled().dirty(0, 1000);
    expect(statusOf(bench.state)).toMatchObject({
      phase: 'uploading',
      item: 'messages',
      done: 0,
      total: 1000,
    });
    bench
      .dirty(0, 600)
      .done('push', { accepted: 400, head: 420, staleKeyring: false, full: false, deleted: 0, moved: false });
    expect(statusOf(bench.state)).toMatchObject({ phase: 'uploading', done: 400, total: 1000 });
    bench.dirty(0, 0);
    expect(statusOf(bench.state).phase).toBe('synchronizing');
    // A read mark and a draft are no messages.
    expect(statusOf(settled().dirty(0, 2, 0, 0).state)).toMatchObject({
      phase: 'synchronizing',
      item: 'changes',
    });
    expect(statusOf(settled().dirty(0, 5, 0, 3).state)).toMatchObject({ phase: 'uploading', total: 3 });
  });

  test('SYN-61 a first sync counts conversations until they are here, then messages', () => {
    const opening = remembered();
    opening.zones.messages = { ...opening.zones.messages, stage: 'unopened' };
    const bench = new Bench().send({ type: 'started', remembered: opening });
    bench.done('changes', noChanges(10));
    if (bench.state.running.zones?.type === 'changes') bench.done('changes', noChanges(10));
    const work = (conversations: number, messages: number): Walk => ({
      conversations: { done: conversations, total: 3 },
      messages: { done: messages, total: 500 },
    });
    const opened = {
      head: 20,
      openedMs: 1,
      seen: 20,
      stage: 'walking',
      moved: null,
      alarm: null,
      heard: null,
    } as const;
    bench.done('open', { ...opened, walk: work(0, 0) });
    const says = () => {
      const { phase, item, done, total } = statusOf(bench.state);
      return [phase, item, done, total];
    };
    expect(says()).toEqual(['downloading', 'conversations', 0, 3]);
    bench.done('walk', { walk: work(2, 0), more: true, staleKeyring: false });
    expect(says()).toEqual(['downloading', 'conversations', 2, 3]);
    bench.done('walk', { walk: work(3, 0), more: true, staleKeyring: false });
    expect(says()).toEqual(['downloading', 'messages', 0, 500]);
    bench.done('walk', { walk: work(3, 400), more: true, staleKeyring: false });
    expect(says()).toEqual(['downloading', 'messages', 400, 500]);
    // Only tombstones are left.
    bench.done('walk', { walk: work(3, 500), more: true, staleKeyring: false });
    expect(says()[0]).toBe('finishing');
    // Of a walk that an older version began nothing is known, and no number is made up.
    const older = remembered();
    older.zones.messages = { ...older.zones.messages, stage: 'walking' };
    const again = new Bench().send({ type: 'started', remembered: older }).done('changes', noChanges(10));
    expect(statusOf(again.state)).toMatchObject({ phase: 'downloading', done: 0, total: null });
  });

  test('SYN-62 what goes up besides new messages is counted as changes, and only where it is known', () => {
    const bench = settled().dirty(0, 12, 0, 0);
    const changes = { phase: 'synchronizing', item: 'changes' };
    expect(statusOf(bench.state)).toMatchObject({ ...changes, done: 0, total: 12 });
    const pushed = { accepted: 9, head: 29, staleKeyring: false, full: false, deleted: 9, moved: false };
    bench.dirty(0, 3, 0, 0).done('push', pushed);
    // Its own changes come back by the feed meanwhile.
    expect(bench.state.zones.messages.stage).toBe('behind');
    expect(statusOf(bench.state)).toMatchObject({ ...changes, done: 9, total: 12 });
    bench.dirty(0, 0);
    expect(statusOf(bench.state)).toMatchObject({ ...changes, done: 0, total: null });
    // Messages first; what is left then are the changes among them.
    const both = settled().dirty(0, 7, 0, 5);
    expect(statusOf(both.state)).toMatchObject({ phase: 'uploading', item: 'messages', total: 5 });
    both.dirty(0, 2, 0, 0);
    expect(statusOf(both.state)).toMatchObject({ ...changes, done: 0, total: 2 });
  });

  test('SYN-3 pushes of the messages zone need the switch; the account zone always goes', () => {
    const bench = settled({ switch: 'off' }).dirty(1, 5);
    expect(bench.names()).toEqual(['push account']);
    bench
      .dirty(0, 5)
      .done('push', { accepted: 1, head: 10, staleKeyring: false, full: false, deleted: 0, moved: false });
    expect(bench.names()).toEqual([]);
    bench.send({ type: 'setSwitch', on: true });
    expect(bench.state.switch).toBe('enabling');
    expect(bench.names()).toEqual(['changes messages']);
    bench.done('changes', noChanges(20));
    expect(bench.names()).toEqual(['push messages']);
  });

  test('SYN-3 SWI-12 a push that is refused for a purge stops no push of the account zone, and nothing once the zone is heard', () => {
    const bench = settled().dirty(0, 1).failed('push', 'purgePending');
    expect(statusOf(bench.state).paused?.reason).toBe('purgePending');
    bench.effects = [];
    expect(bench.dirty(1, 1).names()).toEqual(['push account']);
    const pushed = { accepted: 1, head: 10, staleKeyring: false, full: false, deleted: 0, moved: false };
    expect(bench.dirty(0, 1).done('push', pushed).names()).toEqual([]);
    // Heard, and taken back before the hour is over.
    const purge = { id: 'aa', atMs: 9e9, by: null, asked: false };
    bench.send({ type: 'zoneHeard', heard: { ...NOTHING_HEARD, purge } });
    expect(bench.names()).toEqual([]);
    bench.send({ type: 'zoneHeard', heard: NOTHING_HEARD });
    expect(bench.names()).toEqual(['push messages']);
  });

  test('SYN-12 a cloud that refuses the account zone for a purge is asked again later, not at once', () => {
    const bench = settled().dirty(1, 0);
    bench.effects = [];
    expect(bench.failed('push', 'purgePending').names()).toEqual([]);
    expect(bench.state.retry?.failures).toBe(1);
  });

  test('SYN-4 a clock more than five minutes off stops pushes and sends, not pulls', () => {
    const bench = settled().send({ type: 'cloudTime', cloudMs: 1_000_000 + 5 * 60_000 + 1 });
    bench
      .dirty(0, 3, 1)
      .send({ type: 'mailPoke' })
      .send({ type: 'zonePoke', zone: 'messages', head: 30, purgeId: null });
    expect(bench.names()).toEqual(['receive', 'changes messages']);
    bench.done('changes', noChanges(30)).done('receive', { more: false, waits: false, aside: false });
    expect(bench.names()).toEqual([]);
    expect(statusOf(bench.state).paused).toMatchObject({
      reason: 'clockWrong',
      cloudTime: 1_300_001,
      deviceTime: 1_000_000,
    });
    bench.send({ type: 'cloudTime', cloudMs: 1_000_000 });
    expect(bench.names().sort()).toEqual(['push messages', 'send']);
  });

  test('SYN-165 while the cloud’s time is asked for nothing is pushed or sent, pulls go on, and that ends without an answer too', () => {
    const waits = () => {
      const bench = settled().send({ type: 'askingTime', open: true });
      bench.dirty(0, 3, 1).send({ type: 'zonePoke', zone: 'messages', head: 30, purgeId: null });
      expect(bench.names()).toEqual(['changes messages']);
      bench.done('changes', noChanges(30));
      expect(bench.names()).toEqual([]);
      // It does not say that anything goes up, nor that nothing is to be done.
      expect(statusOf(bench.state)).toMatchObject({ phase: 'synchronizing', item: 'changes', paused: null });
      return bench;
    };
    const goes = ['push messages', 'send'];
    expect(waits().send({ type: 'askingTime', open: false }).names().sort()).toEqual(goes);
    const right = waits();
    expect(right.send({ type: 'cloudTime', cloudMs: right.now }).names().sort()).toEqual(goes);
    const wrong = waits();
    wrong
      .send({ type: 'cloudTime', cloudMs: wrong.now - 6 * 60_000 })
      .send({ type: 'askingTime', open: false });
    expect([wrong.names(), statusOf(wrong.state).paused?.reason]).toEqual([[], 'clockWrong']);
    const never = waits();
    expect(never.state.wakeAt).toBe(never.now + TIME_ASKED_MS);
    never.now += TIME_ASKED_MS - 1;
    expect(never.send({ type: 'tick' }).names()).toEqual([]);
    never.now += 1;
    expect(never.send({ type: 'tick' }).names().sort()).toEqual(goes);
    // A clock that is set back meanwhile takes that along.
    const back = waits();
    back.now -= 900_000;
    back.send({ type: 'tick' });
    expect(back.state.wakeAt).toBe(back.now + TIME_ASKED_MS);
    // Idle but for a message to send.
    const sends = settled().send({ type: 'askingTime', open: true });
    expect(statusOf(sends.state).phase).toBe('idle');
    expect(statusOf(sends.dirty(0, 0, 1).state).phase).toBe('synchronizing');
  });

  test('ATT-25 that files cannot be used is said where attachments would be, until one can, and holds up nothing else', () => {
    const files = { ...NO_BLOBS, up: { ...NO_UPLOADS, all: 2, small: 2 } };
    const bench = settled().dirty(0, 0, 0, 0, files);
    expect(bench.names()).toEqual(['upload']);
    bench.failed('upload', 'file');
    const said = () => {
      const { phase, paused, item, action } = statusOf(bench.state);
      return [paused?.reason ?? phase, item, action];
    };
    expect([said(), bench.names()]).toEqual([['filesUnusable', 'attachments', 'tryNow'], []]);
    // What else there is goes, and is said.
    bench.dirty(0, 1, 0, 1, files);
    expect([said()[0], bench.names()]).toEqual(['uploading', ['push messages']]);
    bench.dirty(0, 0, 0, 0, files).failed('push', 'tooLarge');
    bench.effects = [];
    bench.now = bench.state.filesRestUntil;
    bench.send({ type: 'tick' });
    expect([said()[0], bench.names()]).toEqual(['filesUnusable', ['upload']]);
    bench.done('upload', { full: false });
    expect(said()[0]).toBe('uploading');
    // Nothing waits for what cannot be deleted.
    const sweeping = settled().dirty(0, 0, 0, 0, { ...NO_BLOBS, loose: 1 });
    sweeping.failed('sweep', 'file');
    expect([sweeping.state.filesRestUntil, sweeping.state.filesFailedSince]).toEqual([0, null]);
  });

  test('SYN-112 a head that only pokes tell of is asked for once more, and not without end', () => {
    const poke = (head: number) => ({ type: 'zonePoke', zone: 'messages', head, purgeId: null }) as const;
    const bench = settled().send(poke(21));
    expect(bench.names()).toEqual(['changes messages']);
    // The poke may have come after the question was answered.
    bench.done('changes', noChanges(20));
    expect(bench.names()).toEqual(['changes messages']);
    // Another one, and the same again.
    bench.send(poke(22)).done('changes', noChanges(20));
    expect(bench.names()).toEqual(['changes messages']);
    bench.done('changes', noChanges(20));
    expect(bench.names()).toEqual([]);
    expect(bench.state.zones.messages).toMatchObject({ stage: 'current', seen: 20, head: 20 });
    // What is there is fetched, however late; each answer that brings something is followed by the next question.
    bench.send(poke(24)).done('changes', noChanges(20)).done('changes', noChanges(22));
    expect(bench.names()).toEqual(Array(3).fill('changes messages'));
    bench.done('changes', noChanges(23));
    expect(bench.names()).toEqual(['changes messages']);
    bench.done('changes', noChanges(24));
    expect(bench.state.zones.messages).toMatchObject({ stage: 'current', seen: 24, head: 24 });
  });

  test('SYN-113 a purge, or its Undo, that a poke tells of while the zone is asked is asked for once more', () => {
    const purge = { id: 'aa', atMs: 9e9, by: 'bb', asked: true };
    const poke = (head: number, purgeId: string | null) =>
      ({ type: 'zonePoke', zone: 'messages', head, purgeId }) as const;
    const nothing = { ...noChanges(21), heard: NOTHING_HEARD };
    const changes = settled().send(poke(21, null)).send(poke(21, 'aa'));
    changes.effects = [];
    expect(changes.done('changes', nothing).names()).toEqual(['changes messages']);
    changes.done('changes', { ...nothing, heard: { ...NOTHING_HEARD, purge } });
    expect(changes.state.switch).toBe('disabling');
    // Of a first page, the next one may have been asked for before that too.
    const pages = settled().send(poke(21, null)).send(poke(21, 'aa'));
    pages.effects = [];
    expect(pages.done('changes', { ...nothing, more: true }).names()).toEqual(['changes messages']);
    expect(pages.done('changes', nothing).names()).toEqual(['changes messages']);
    // A cloud that says one thing on the stream and another when it is asked is not asked without end.
    expect(pages.done('changes', nothing).names()).toEqual([]);
    // The head that a push has reached by its own answer.
    const push = settled().dirty(0, 1).send(poke(20, 'aa')).dirty(0, 0);
    push.effects = [];
    push.done('push', {
      accepted: 1,
      head: 21,
      staleKeyring: false,
      full: false,
      deleted: 0,
      moved: false,
      reached: nothing,
    });
    expect(push.names()).toEqual(['changes messages']);
    // With the switch off, where it only asks.
    const off = settled({ switch: 'off' }).send({ type: 'zoneHeard', heard: { ...NOTHING_HEARD, purge } });
    off.send(poke(22, 'cc')).send(poke(22, null));
    off.effects = [];
    expect(off.done('open', whereItStands({ ...NOTHING_HEARD, purge })).names()).toEqual(['open messages']);
    expect(off.done('open', whereItStands(NOTHING_HEARD)).names()).toEqual([]);
    expect(off.state.heard.purge).toBeNull();
  });

  test('SYN-140 what differs at a head is looked for before anything is pushed, in either zone', () => {
    const bench = settled().send({ type: 'zonePoke', zone: 'messages', head: 21, purgeId: null }).dirty(0, 3);
    bench.effects = [];
    bench.done('changes', { ...noChanges(21), digest: 'differs' });
    expect(bench.names()).toEqual(['repair messages']);
    bench.done('repair', { healthy: true, head: 21 }).done('changes', noChanges(21));
    expect(bench.names()).toEqual(['changes messages', 'push messages']);

    const other = settled().send({ type: 'zonePoke', zone: 'account', head: 11, purgeId: null }).dirty(3, 3);
    other.effects = [];
    other.done('changes', { ...noChanges(11), digest: 'differs' });
    expect(other.names()).toEqual(['repair account']);
  });

  test('SYN-5 the mailbox waits for the zone while the switch is on, not while it is off', () => {
    const on = new Bench().send({ type: 'started', remembered: remembered() });
    expect(on.names()).toEqual(['changes account']);
    on.done('changes', noChanges(10));
    expect(on.names()).toEqual(['changes messages']);
    on.done('changes', noChanges(20));
    expect(on.names()).toContain('receive');
    const off = new Bench().send({ type: 'started', remembered: remembered({ switch: 'off' }) });
    expect(off.names()).toEqual(['changes account', 'receive']);
  });

  test('SYN-31 during a first sync the mailbox gives what was accepted since it began, the rest when the zone is drained', () => {
    const walking = remembered();
    walking.zones.messages = { ...walking.zones.messages, stage: 'unopened' };
    const bench = new Bench().send({ type: 'started', remembered: walking });
    bench.done('changes', noChanges(10));
    expect(bench.names()).toEqual(['changes account', 'open messages']);
    const opened = {
      head: 20,
      openedMs: 900_000,
      seen: 20,
      walk: NO_WALK,
      moved: null,
      alarm: null,
      heard: null,
    } as const;
    bench.done('open', { ...opened, stage: 'walking' });
    expect(bench.steps()).toEqual([
      { lane: 'zones', type: 'walk', zone: 'messages' },
      { lane: 'mail', type: 'receive', since: 900_000 },
    ]);
    bench.done('receive', { more: false, waits: false, aside: true });
    bench.send({ type: 'mailPoke' });
    expect(bench.names()).toEqual(['receive']);
    bench.done('receive', { more: false, waits: false, aside: true });
    bench.done('walk', { walk: NO_WALK, more: false, staleKeyring: false });
    expect(bench.names()).toEqual(['changes messages']);
    bench.done('changes', noChanges(20));
    expect(bench.steps()).toContainEqual({ lane: 'mail', type: 'receive', since: null });
  });

  test('SYN-6 a fork stops the zone until Repair; the mailbox goes on', () => {
    const bench = settled().send({ type: 'zonePoke', zone: 'messages', head: 21, purgeId: null });
    bench.done('changes', { ...noChanges(21), alarm: 'forked' });
    bench.effects = [];
    bench
      .dirty(0, 4)
      .send({ type: 'zonePoke', zone: 'messages', head: 22, purgeId: null })
      .send({ type: 'mailPoke' });
    expect(bench.names()).toEqual(['receive']);
    expect(statusOf(bench.state)).toMatchObject({ paused: { reason: 'forked' }, action: 'repair' });
    bench.send({ type: 'repairNow' });
    expect(bench.names()).toEqual(['changes account']);
    bench.done('changes', noChanges(10));
    expect(bench.names()).toEqual(['forgetRevs messages']);
  });

  test('SYN-7 storage full pauses pushes of that zone alone', () => {
    const bench = settled().dirty(0, 3);
    bench.done('push', { accepted: 1, head: 21, staleKeyring: false, full: true, deleted: 0, moved: false });
    bench.effects = [];
    bench.done('changes', noChanges(21));
    bench.dirty(0, 2, 1).send({ type: 'mailPoke' });
    expect(bench.steps()).toMatchObject([{ type: 'push', full: true }, { type: 'send' }]);
    const nothing = { accepted: 0, head: 21, staleKeyring: false, full: false, deleted: 0, moved: false };
    expect(bench.done('push', nothing).names()).toEqual([]);
    bench.now += 11 * 60_000;
    bench.send({ type: 'tick' });
    expect(bench.names()).toContain('changes account');
  });

  test('SYN-7 while storage is full, deletes go all the same, and the room they make is used at once', () => {
    const bench = settled().dirty(0, 3);
    const pushed = { accepted: 0, head: 20, staleKeyring: false, full: true, deleted: 0, moved: false };
    bench.done('push', pushed);
    expect(bench.steps().at(-1)).toMatchObject({ type: 'push', full: true });
    // Nothing of that kind waits: no more until something changes.
    bench.done('push', { ...pushed, full: false });
    expect(bench.steps()).toEqual([]);
    expect(statusOf(bench.state).paused?.reason).toBe('storageFull');
    bench.dirty(0, 4);
    expect(bench.steps()).toMatchObject([{ type: 'push', full: true }]);
    bench.done('push', { ...pushed, full: false, accepted: 1, deleted: 1 });
    expect(bench.steps()).toMatchObject([{ type: 'push', full: false }]);
  });

  test('SYN-7 storage full is said no longer than something waits, in either zone', () => {
    const full = { accepted: 0, head: 20, staleKeyring: false, full: true, deleted: 0, moved: false };
    for (const [account, messages] of [
      [0, 2],
      [2, 0],
    ] as const) {
      const bench = settled().dirty(account, messages).done('push', full);
      expect(statusOf(bench.state).paused?.reason).toBe('storageFull');
      bench.dirty(account / 2, messages / 2);
      expect(statusOf(bench.state).paused?.reason).toBe('storageFull');
      bench.dirty(0, 0);
      expect(statusOf(bench.state).paused).toBeNull();
    }
  });

  test('SYN-33 a full disk is said until something goes on after its time, and no longer', () => {
    const reason = () => statusOf(bench.state).paused?.reason ?? null;
    const bench = settled().dirty(0, 1).send({ type: 'mailPoke' });
    bench.failed('push', 'diskFull');
    expect(reason()).toBe('diskFull');
    // This had begun before: it says nothing of the disk now.
    bench.done('receive', { more: false, waits: false, aside: false });
    expect(reason()).toBe('diskFull');
    bench.now += 31_000;
    bench.send({ type: 'tick' });
    expect([reason(), bench.state.running.zones?.type]).toEqual(['diskFull', 'push']);
    bench.failed('push', 'diskFull');
    bench.now += 31_000;
    bench.send({ type: 'tick' });
    bench.dirty(0, 0);
    bench.done('push', { accepted: 1, head: 20, staleKeyring: false, full: false, deleted: 0, moved: false });
    expect([reason(), statusOf(bench.state).phase]).toEqual([null, 'idle']);
  });

  test('SYN-8 off downloads first, then stops; on again catches up before it uploads', () => {
    const bench = settled().send({ type: 'setSwitch', on: false });
    expect(bench.state.switch).toBe('disabling');
    expect(bench.names()).toEqual(['changes messages']);
    bench.dirty(0, 7).done('changes', noChanges(20));
    expect(bench.steps()).toEqual([{ lane: 'zones', type: 'finishSwitch', on: false }]);
    bench.done('finishSwitch', null);
    expect(bench.state.switch).toBe('off');
    expect(bench.names()).toEqual([]);
  });

  test.each([
    ['Cancel', { type: 'cancel' }, 'off'],
    ['off', { type: 'setSwitch', on: false }, 'disabling'],
    ['off for all devices', { type: 'offEverywhere', by: 'cc'.repeat(16) }, 'disabling'],
    ['Pause', { type: 'hold' }, 'enabling'],
  ] as const)(
    'SWI-2 SWI-3 SWI-4 SWI-5 %s in the last step of turning on is not undone by its end',
    (_what, event, then) => {
      const bench = settled({ switch: 'enabling' });
      expect(bench.state.running.zones).toMatchObject({ type: 'finishSwitch', on: true });
      bench.send(event);
      expect(bench.state.switch).toBe(then);
      bench.done('finishSwitch', null);
      expect(bench.state.switch).toBe(then);
    },
  );

  test('SWI-4 Cancel in the last step of turning off is not undone by its end', () => {
    const bench = settled({ switch: 'disabling' });
    expect(bench.state.running.zones).toMatchObject({ type: 'finishSwitch', on: false });
    bench.send({ type: 'cancel' }).done('finishSwitch', null);
    expect(bench.state.switch).toBe('enabling');
  });

  test('SWI-2 what comes in the last step of turning off is downloaded first', () => {
    const bench = settled({ switch: 'disabling' });
    bench.send({ type: 'zonePoke', zone: 'messages', head: 21, purgeId: null }).done('finishSwitch', null);
    expect(bench.state.switch).toBe('disabling');
    expect(bench.names()).toEqual(['changes messages']);
    bench.done('changes', noChanges(21));
    // The message that was fetched last has an attachment.
    const dirty = { dirty: 0, dueAt: 0 };
    bench.send({
      type: 'counts',
      counts: {
        zones: { account: dirty, messages: dirty },
        newMessages: 0,
        outbox: { ready: false, waiting: 0, dueAt: 0 },
        blobs: { ...NO_BLOBS, all: 1 },
      },
    });
    bench.done('finishSwitch', null).done('tidy', { nextAt: Number.MAX_SAFE_INTEGER });
    expect(bench.names().at(-1)).toBe('download');
    bench.dirty(0, 0).done('download', null);
    expect(bench.steps()).toContainEqual({ lane: 'zones', type: 'finishSwitch', on: false });
    expect(bench.done('finishSwitch', null).state.switch).toBe('off');
  });

  test('SYN-9 a new generation switches off here and uploads nothing', () => {
    const bench = settled().dirty(0, 7).failed('push', 'generationChanged');
    expect(bench.names()).toContain('open messages');
    bench.done('open', {
      head: 3,
      openedMs: 7,
      seen: 3,
      stage: 'walking',
      walk: NO_WALK,
      moved: 'generation',
      alarm: null,
      heard: null,
    });
    expect(bench.state).toMatchObject({ switch: 'off', switchReason: 'purged' });
    expect(bench.names().filter((name) => name.startsWith('push'))).toEqual([]);
    expect(statusOf(bench.state)).toMatchObject({ switch: 'off', switchReason: 'purged' });
  });

  test('SYN-10 a new incarnation forgets revs before anything else', () => {
    const bench = settled()
      .send({ type: 'zonePoke', zone: 'messages', head: 21, purgeId: null })
      .failed('changes', 'incarnationChanged');
    bench.steps();
    bench.done('open', {
      head: 3,
      openedMs: 7,
      seen: 3,
      stage: 'walking',
      walk: NO_WALK,
      moved: 'incarnation',
      alarm: null,
      heard: null,
    });
    expect(bench.names()).toEqual(['forgetRevs messages']);
    bench.done('forgetRevs', null);
    expect(bench.names()).toEqual(['open messages']);
  });

  test('SYN-12 backoff doubles, is spread, has an end, and never undercuts Retry-After', () => {
    expect(waitAfter(1, 0, 0)).toBe(250);
    expect(waitAfter(1, 0, 1)).toBe(500);
    expect(waitAfter(4, 0, 1)).toBe(4000);
    expect(waitAfter(50, 0, 1)).toBe(60_000);
    for (const jitter of [0, 0.3, 1]) expect(waitAfter(1, 10_000, jitter)).toBeGreaterThanOrEqual(10_000);
    const bench = settled().dirty(0, 1).failed('push', 'busy', 5_000);
    bench.effects = [];
    bench.now += 4_900;
    bench.send({ type: 'tick' });
    expect(bench.names()).toEqual([]);
    bench.now += 5_000;
    bench.send({ type: 'tick' });
    expect(bench.names()).toEqual(['push messages']);
  });

  test('SYN-12 no other news shortens what the cloud has asked for; Sync Now does', () => {
    const bench = settled().send({ type: 'mailPoke' });
    bench.send({ type: 'zonePoke', zone: 'messages', head: 30, purgeId: null });
    bench.effects = [];
    bench.failed('receive', 'busy', 20_000).send({ type: 'streamOpened' });
    bench.done('changes', noChanges(30)).send({ type: 'mailPoke' });
    expect(bench.names()).toEqual([]);
    bench.send({ type: 'syncNow' });
    expect(bench.names()).toContain('changes account');
  });

  test('SYN-12 a clock that is set back takes the deadlines with it', () => {
    const bench = settled();
    bench.send({ type: 'mailPoke' }).failed('receive', 'busy', 20_000);
    const wait = (bench.state.retry?.at ?? 0) - bench.now;
    expect(wait).toBeGreaterThanOrEqual(20_000);
    bench.now -= 900_000;
    bench.send({ type: 'tick' });
    expect((bench.state.retry?.at ?? 0) - bench.now).toBe(wait);
    expect(bench.state.pollAt - bench.now).toBeLessThanOrEqual(POLL_MS);
    bench.now += wait;
    bench.effects = [];
    expect(bench.send({ type: 'tick' }).names()).toContain('receive');
  });

  test('SYN-13 a lost stream is opened again, and a slow poll looks everywhere meanwhile', () => {
    const bench = settled().send({ type: 'streamClosed', retryAfterMs: 0 });
    expect(bench.effects.some((effect) => effect.type === 'watch')).toBe(false);
    bench.now += 1000;
    bench.send({ type: 'tick' });
    expect(bench.effects.some((effect) => effect.type === 'watch')).toBe(true);
    bench.effects = [];
    bench.now += 5_000;
    bench.send({ type: 'tick' });
    expect(bench.names()).toEqual(['changes account']);
    expect(bench.state.mailbox).toBe('behind');
    bench.done('changes', noChanges(10)).done('changes', noChanges(20));
    // That it cannot be opened again is no reason to look more often than every minute.
    bench.send({ type: 'streamClosed', retryAfterMs: 0 });
    expect(bench.state.pollAt - bench.now).toBeGreaterThan(50_000);
  });

  test('SYN-12 a stream that cannot be opened is tried more and more rarely, also while nothing else fails', () => {
    const bench = settled().send({ type: 'streamClosed', retryAfterMs: 0 });
    const waits: number[] = [];
    for (let i = 0; i < 12; i += 1) {
      waits.push(bench.state.streamAt - bench.now);
      bench.now = bench.state.streamAt;
      bench.send({ type: 'tick' }).send({ type: 'streamClosed', retryAfterMs: 0 });
    }
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits[0]).toBeLessThan(1000);
    expect(waits.at(-1)).toBeGreaterThan(30_000);
    expect(bench.send({ type: 'streamOpened' }).state.streamFailures).toBe(0);
  });

  test('ATT-21 a file that is tried again later waits for its time, whatever else is not here', () => {
    const bench = settled();
    const blobs = {
      ...NO_BLOBS,
      asked: 1,
      alone: 1,
      all: 2,
      askedAt: bench.now + 20_000,
      aloneAt: bench.now + 20_000,
    };
    const zones = { account: { dirty: 0, dueAt: 0 }, messages: { dirty: 0, dueAt: 0 } };
    const counts = { zones, newMessages: 0, outbox: { ready: false, waiting: 0, dueAt: 0 }, blobs };
    bench.send({ type: 'counts', counts });
    expect(bench.names()).toEqual([]);
    bench.now += 20_000;
    bench.send({ type: 'tick' });
    expect(bench.names()).toContain('download');
  });

  test('ATT-22 SYN-12 a file of this device that does not open makes attachments wait a little, and nothing else; the cloud is not called away', () => {
    const bench = settled();
    const zones = { account: { dirty: 0, dueAt: 0 }, messages: { dirty: 0, dueAt: 0 } };
    const counts = (waiting: number) =>
      ({
        type: 'counts',
        counts: {
          zones,
          newMessages: 0,
          outbox: { ready: waiting > 0, waiting, dueAt: 0 },
          blobs: { ...NO_BLOBS, alone: 1 },
        },
      }) as const;
    bench.send(counts(0)).failed('download', 'file');
    for (let i = 0; i < 3; i += 1) {
      bench.steps();
      expect(bench.send({ type: 'tick' }).names()).toEqual([]);
      bench.now = bench.state.wakeAt;
      bench.send({ type: 'tick' });
      expect(bench.names()).toEqual(['download']);
      bench.failed('download', 'file');
    }
    expect([bench.state.retry, statusOf(bench.state).paused?.reason]).toEqual([null, 'filesUnusable']);
    expect(bench.send(counts(1)).names()).toEqual(['send']);
  });

  test('SYN-23 a batch found too large is halved', () => {
    const bench = settled().dirty(0, 400);
    expect(bench.steps()).toMatchObject([{ type: 'push', limit: 400 }]);
    bench.failed('push', 'tooLarge');
    expect(bench.steps()).toMatchObject([{ type: 'push', limit: 200 }]);
  });

  test('SYN-24 newer keys are fetched before anything goes on', () => {
    const bench = settled().dirty(0, 1);
    bench.steps();
    bench.done('push', { accepted: 0, head: 20, staleKeyring: true, full: false, deleted: 0, moved: false });
    expect(bench.names()).toEqual(['refreshKeyring']);
    bench.done('refreshKeyring', null);
    expect(bench.names()).toEqual(['push messages']);
  });

  test('SYN-1 at most one step a lane is under way', () => {
    const bench = settled().dirty(2, 2, 2);
    for (let i = 0; i < 20; i++)
      bench
        .send({ type: 'mailPoke' })
        .send({ type: 'zonePoke', zone: 'messages', head: 30 + i, purgeId: null });
    const lanes = bench.steps().map((step) => step.lane);
    expect(new Set(lanes).size).toBe(lanes.length);
  });
});
