/** Real devices, workers and stores against the real cloud, over the local API alone. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { TestDevice } from './testing/devices.ts';
import { PASSWORD, soon, testPeople, texts } from './testing/people.ts';

const world = testPeople();
const { devices, signedUp, address } = world;

test('API-5 two people write to each other; sent, delivered and read appear', async () => {
  const anna = await signedUp('Anna');
  const bob = await signedUp('Bob');
  const { id, title } = await anna.api.conversations.start.mutate({ handles: [bob.handle] });
  expect(title).toBe(bob.handle);
  const sent = await anna.api.messages.send.mutate({ conversationId: id, text: 'Hallo Bob 👋' });
  expect(sent).toMatchObject({ text: 'Hallo Bob 👋', fromMe: true, conversationId: id });
  await soon(() => texts(bob, id)).toEqual(['Hallo Bob 👋']);
  const [there] = await bob.api.conversations.list.query();
  expect(there).toMatchObject({
    id,
    unread: 1,
    kind: 'direct',
    lastMessage: { text: 'Hallo Bob 👋', fromMe: false },
  });
  const stateOf = async () =>
    (await anna.api.messages.page.query({ conversationId: id })).messages.map(({ state }) => state);
  await soon(stateOf).toEqual(['delivered']);
  await bob.api.conversations.markRead.mutate({ id });
  await soon(async () => (await bob.api.conversations.get.query({ id })).unread).toBe(0);
  await soon(stateOf).toEqual(['read']);
  await bob.api.messages.send.mutate({ conversationId: id, text: 'Hallo Anna' });
  await soon(() => texts(anna, id)).toEqual(['Hallo Bob 👋', 'Hallo Anna']);
  const hits = await anna.api.search.query.query({ text: 'hallo anna' });
  expect(hits.hits.map(({ message }) => message.text)).toEqual(['Hallo Anna']);
});

test('UI-157 a group with people one knows: their names stay, in it and everywhere else, also while they have not written in it', async () => {
  const anna = await signedUp('Anna');
  for (const name of ['Bob', 'Carla']) {
    const other = await signedUp(name);
    const { id } = await anna.api.conversations.start.mutate({ handles: [other.handle] });
    await anna.api.messages.send.mutate({ conversationId: id, text: `Hallo ${name}` });
    await soon(() => texts(other, id)).toEqual([`Hallo ${name}`]);
    await other.api.messages.send.mutate({ conversationId: id, text: 'Hallo Anna' });
    await soon(async () => (await anna.api.conversations.get.query({ id })).title).toBe(name);
    await devices.stop(other);
  }
  const before = await anna.api.conversations.list.query();
  const handles = before.flatMap(({ members }) => members.flatMap(({ me, handle }) => (me ? [] : [handle])));
  const group = await anna.api.conversations.start.mutate({ handles });
  await anna.api.messages.send.mutate({ conversationId: group.id, text: 'Who brings what?' });
  const names = async () =>
    (await anna.api.conversations.list.query()).map(({ title }) => title.split(', ').sort().join()).sort();
  expect(await names()).toEqual(['Bob', 'Bob,Carla', 'Carla']);
  expect((await anna.api.search.query.query({ text: 'carla' })).conversations).toHaveLength(2);
});

test('OUT-40 what was unsent or deleted meanwhile is not edited', async () => {
  const anna = await signedUp('Anna');
  const bob = await signedUp('Bob');
  const { id } = await anna.api.conversations.start.mutate({ handles: [bob.handle] });
  for (const text of ['unsent', 'deleted']) {
    await anna.api.messages.send.mutate({ conversationId: id, text });
    await soon(async () => (await texts(bob, id)).at(-1)).toBe(text);
  }
  const page = await anna.api.messages.page.query({ conversationId: id });
  const [unsent, deleted] = page.messages.map((message) => message.id) as [string, string];
  await anna.api.messages.unsend.mutate({ id: unsent });
  await anna.api.messages.delete.mutate({ ids: [deleted] });
  for (const message of [unsent, deleted])
    await expect(anna.api.messages.edit.mutate({ id: message, text: 'once more' })).rejects.toMatchObject({
      data: { reason: 'notFound' },
    });
  await anna.api.messages.send.mutate({ conversationId: id, text: 'after it' });
  await soon(async () => (await texts(bob, id)).slice(1)).toEqual(['deleted', 'after it']);
});

test('UI-04 a message that was unsent is told as that, where it is the newest', async () => {
  const anna = await signedUp('Anna');
  const bob = await signedUp('Bob');
  const { id } = await anna.api.conversations.start.mutate({ handles: [bob.handle] });
  await anna.api.messages.send.mutate({ conversationId: id, text: 'Oops' });
  await soon(() => texts(bob, id)).toEqual(['Oops']);
  const newest = async (device: TestDevice) =>
    (await device.api.conversations.list.query())[0]?.lastMessage ?? null;
  expect(await newest(bob)).toMatchObject({ text: 'Oops', unsent: false });
  const [sent] = (await anna.api.messages.page.query({ conversationId: id })).messages;
  await anna.api.messages.unsend.mutate({ id: sent?.id ?? '' });
  for (const [device, fromMe] of [
    [anna, true],
    [bob, false],
  ] as const)
    await soon(() => newest(device)).toMatchObject({ text: '', fromMe, unsent: true });
});

test('UI-156 an answer tells of what it answers: that it is there, was unsent, or was deleted', async () => {
  const anna = await signedUp('Anna');
  const bob = await signedUp('Bob');
  const { id } = await anna.api.conversations.start.mutate({ handles: [bob.handle] });
  for (const text of ['Shall we?', 'At nine?'])
    await anna.api.messages.send.mutate({ conversationId: id, text });
  await soon(() => texts(bob, id)).toEqual(['Shall we?', 'At nine?']);
  const page = async (device: TestDevice) =>
    (await device.api.messages.page.query({ conversationId: id })).messages;
  const [first] = await page(anna);
  for (const message of await page(bob))
    await bob.api.messages.send.mutate({
      conversationId: id,
      text: `Yes: ${message.text}`,
      replyTo: message.id,
    });
  const answers = async () => (await page(bob)).filter(({ fromMe }) => fromMe).map(({ replyTo }) => replyTo);
  await soon(answers).toMatchObject([
    { text: 'Shall we?', unsent: false, senderName: 'Anna' },
    { text: 'At nine?', unsent: false, senderName: 'Anna' },
  ]);
  await anna.api.messages.unsend.mutate({ id: first?.id ?? '' });
  await bob.api.messages.delete.mutate({ ids: [(await page(bob))[1]?.id ?? ''] });
  await soon(answers).toMatchObject([
    { id: expect.stringMatching(/./), text: '', unsent: true, senderName: 'Anna' },
    { id: '', text: '', unsent: false, senderName: 'Anna' },
  ]);
});

test('API-2 signing up with what cannot be is refused with a reason', async () => {
  const it = await devices.start();
  const signUp = (change: object) =>
    it.api.session.signUp.mutate({
      cloud: address(),
      handle: 'weak@example.org',
      name: 'W',
      password: PASSWORD,
      ...change,
    });
  await expect(signUp({ password: 'password1' })).rejects.toMatchObject({ data: { reason: 'weakPassword' } });
  await expect(signUp({ cloud: { kind: 'address', url: 'http://127.0.0.1:1' } })).rejects.toMatchObject({
    data: { reason: expect.stringMatching(/offline|cloudUnreachable/) },
  });
  const wrong = it.api.session.signIn.mutate({
    cloud: address(),
    handle: 'nobody@example.org',
    password: 'x',
  });
  await expect(wrong).rejects.toMatchObject({ data: { reason: 'wrongPassword' } });
  expect(await it.api.session.state.query()).toMatchObject({ kind: 'signedOut' });
});

test('API-9 a second device has the history; the warning before a delete names both', async () => {
  const anna = await signedUp('Anna');
  const bob = await signedUp('Bob');
  const { id } = await anna.api.conversations.start.mutate({ handles: [bob.handle] });
  for (const text of ['one', 'two', 'three'])
    await anna.api.messages.send.mutate({ conversationId: id, text });
  await soon(() => texts(bob, id)).toEqual(['one', 'two', 'three']);
  await anna.api.sync.setSwitch.mutate({ on: true });
  await soon(async () => (await anna.api.sync.status.query()).switch).toBe('on');

  const second = await devices.start();
  const state = await second.api.session.signIn.mutate({
    cloud: address(),
    handle: anna.handle,
    password: PASSWORD,
    deviceName: 'Second',
  });
  expect(state).toMatchObject({
    kind: 'signedIn',
    device: { name: 'Second' },
    account: { handle: anna.handle },
  });
  await soon(async () => (await second.api.devices.list.query()).map(({ name }) => name)).toEqual([
    'Second',
    "Anna's Mac",
  ]);
  const target = { kind: 'conversation', id } as const;
  await second.api.sync.setSwitch.mutate({ on: true });
  await soon(() => texts(second, id)).toEqual(['one', 'two', 'three']);
  await soon(async () => (await anna.api.deletes.scope.query({ target })).devicesOn.sort()).toEqual([
    "Anna's Mac",
    'Second',
  ]);
  expect(await anna.api.deletes.scope.query({ target })).toMatchObject({
    messages: 3,
    switchOn: true,
    devicesKeeping: [],
  });
  await second.api.sync.setSwitch.mutate({ on: false });
  await soon(async () => (await anna.api.deletes.scope.query({ target })).devicesKeeping).toEqual(['Second']);
  expect(await second.api.deletes.scope.query({ target })).toMatchObject({
    switchOn: false,
    devicesOn: ["Anna's Mac"],
    devicesKeeping: ["Anna's Mac"],
    inCloud: true,
  });
});

test('API-9 with the switch off everywhere, nothing is said to be in the cloud; a conversation comes back whole', async () => {
  const anna = await signedUp('Anna');
  const bob = await signedUp('Bob');
  await anna.api.sync.setSwitch.mutate({ on: false });
  await soon(async () => (await anna.api.sync.status.query()).switch).toBe('off');
  const { id } = await anna.api.conversations.start.mutate({ handles: [bob.handle] });
  for (const text of ['one', 'two']) await anna.api.messages.send.mutate({ conversationId: id, text });
  await soon(() => texts(bob, id)).toEqual(['one', 'two']);
  const target = { kind: 'conversation', id } as const;
  expect(await anna.api.deletes.scope.query({ target })).toEqual({
    messages: 2,
    attachments: 0,
    withText: 0,
    unsent: 0,
    onTheirWay: 0,
    switchOn: false,
    devicesOn: [],
    devicesKeeping: [],
    devicesUnknown: [],
    inCloud: false,
    purgeAt: null,
  });
  await soon(async () => (await anna.api.session.wipeScope.query()).messages).toBe(2);
  // Her own mailbox was read past both: they go with one mark.
  await soon(async () =>
    (await anna.api.messages.page.query({ conversationId: id })).messages.map(({ state }) => state),
  ).toEqual(['delivered', 'delivered']);
  await anna.api.conversations.delete.mutate({ id });
  const items = await anna.api.recentlyDeleted.list.query();
  expect(items.map(({ withConversation }) => withConversation)).toEqual([true, true]);
  await anna.api.recentlyDeleted.recover.mutate({ ids: [items[0]?.message.id ?? ''] });
  expect(await texts(anna, id)).toEqual(['one', 'two']);
});

test('API-9 deleted on one, in Recently Deleted on both, recovered on the other, deleted now', async () => {
  const anna = await signedUp('Anna');
  const bob = await signedUp('Bob');
  const { id } = await anna.api.conversations.start.mutate({ handles: [bob.handle] });
  await anna.api.messages.send.mutate({ conversationId: id, text: 'stays' });
  await anna.api.messages.send.mutate({ conversationId: id, text: 'goes' });
  await soon(() => texts(bob, id)).toEqual(['stays', 'goes']);
  const second = await devices.start();
  await second.api.session.signIn.mutate({ cloud: address(), handle: anna.handle, password: PASSWORD });
  for (const it of [anna, second]) {
    await it.api.sync.setSwitch.mutate({ on: true });
    await soon(async () => (await it.api.sync.status.query()).switch).toBe('on');
  }
  await soon(() => texts(second, id)).toEqual(['stays', 'goes']);
  const [, goes] = (await anna.api.messages.page.query({ conversationId: id })).messages;
  await anna.api.messages.delete.mutate({ ids: [goes?.id ?? ''] });
  const deleted = async (it: TestDevice) =>
    (await it.api.recentlyDeleted.list.query()).map(({ message }) => message.text);
  expect(await deleted(anna)).toEqual(['goes']);
  await soon(() => deleted(second)).toEqual(['goes']);
  const [item] = await second.api.recentlyDeleted.list.query();
  expect(item).toMatchObject({ daysLeft: 30, conversationTitle: expect.stringMatching(/^bob/i) });
  await second.api.recentlyDeleted.recover.mutate({ ids: 'all' });
  await soon(() => texts(anna, id)).toEqual(['stays', 'goes']);
  await second.api.messages.delete.mutate({ ids: [goes?.id ?? ''] });
  await second.api.recentlyDeleted.deleteNow.mutate({ ids: 'all' });
  await soon(() => texts(anna, id)).toEqual(['stays']);
  await soon(() => deleted(anna)).toEqual([]);
  expect(await texts(bob, id)).toEqual(['stays', 'goes']);
});

test('API-10 signing out with wipe leaves neither database nor key of before', async () => {
  const anna = await signedUp('Anna');
  const before = readdirSync(anna.folder);
  expect(before).toContain('messages.db');
  const key = readFileSync(`${anna.folder}/database.key`);
  expect(await anna.api.session.signOut.mutate({ wipe: true })).toMatchObject({ kind: 'signedOut' });
  await expect(anna.api.conversations.list.query()).rejects.toMatchObject({ data: { reason: 'signedOut' } });
  await devices.stop(anna);
  expect(readFileSync(`${anna.folder}/database.key`)).not.toEqual(key);
  const again = await devices.start(anna.folder);
  expect(await again.api.session.state.query()).toMatchObject({ kind: 'signedOut' });
});

test('API-10 signing out without wipe keeps the messages, which nobody reads until their person is back', async () => {
  const anna = await signedUp('Anna');
  const bob = await signedUp('Bob');
  const { id } = await anna.api.conversations.start.mutate({ handles: [bob.handle] });
  await anna.api.messages.send.mutate({ conversationId: id, text: 'kept' });
  await soon(() => texts(bob, id)).toEqual(['kept']);
  await anna.api.session.signOut.mutate({ wipe: false });
  await expect(texts(anna, id)).rejects.toMatchObject({ data: { reason: 'signedOut' } });
  expect(await anna.api.session.state.query()).toMatchObject({
    kind: 'signedOut',
    kept: { handle: anna.handle },
  });
  const other = anna.api.session.signIn.mutate({ cloud: address(), handle: bob.handle, password: PASSWORD });
  await expect(other).rejects.toMatchObject({ data: { reason: 'otherAccount' } });
  const back = await anna.api.session.signIn.mutate({
    cloud: address(),
    handle: anna.handle,
    password: PASSWORD,
  });
  expect(back).toMatchObject({ kind: 'signedIn' });
  expect(await texts(anna, id)).toEqual(['kept']);
  // The device of before is taken off the account: nobody is warned of two.
  await soon(async () => (await anna.api.devices.list.query()).length).toBe(1);
});

test('API-15 a wipe is refused while a message is only here, and says how many', async () => {
  const anna = await signedUp('Anna');
  const bob = await signedUp('Bob');
  const { id } = await anna.api.conversations.start.mutate({ handles: [bob.handle] });
  await soon(async () => (await anna.api.sync.status.query()).phase).toBe('idle');
  const wipe = (more: object = {}) => anna.api.session.signOut.mutate({ wipe: true, ...more });
  world.down = true;
  try {
    for (const text of ['one', 'two']) await anna.api.messages.send.mutate({ conversationId: id, text });
    await expect(wipe()).rejects.toMatchObject({ data: { reason: 'notYetInCloud', about: '2' } });
    expect(await anna.api.session.wipeScope.query()).toMatchObject({
      messages: 2,
      changes: 0,
      devicesOn: [],
    });
    expect(await texts(anna, id)).toEqual(['one', 'two']);
  } finally {
    world.down = false;
  }
  await anna.api.sync.now.mutate();
  await soon(() => texts(bob, id)).toEqual(['one', 'two']);
  // In the cloud, but with the switch off in nobody's zone.
  await bob.api.sync.setSwitch.mutate({ on: false });
  await soon(async () => (await bob.api.sync.status.query()).switch).toBe('off');
  await anna.api.messages.send.mutate({ conversationId: id, text: 'three' });
  await soon(() => texts(bob, id)).toEqual(['one', 'two', 'three']);
  expect((await bob.api.session.wipeScope.query()).messages).toBeGreaterThan(0);
  const bobs = bob.api.session.signOut.mutate({ wipe: true });
  await expect(bobs).rejects.toMatchObject({ data: { reason: 'notYetInCloud' } });
  await bob.api.session.signOut.mutate({ wipe: true, evenUnsent: true });
  await soon(async () => await anna.api.session.wipeScope.query()).toMatchObject({ messages: 0, changes: 0 });
  expect(await wipe()).toMatchObject({ kind: 'signedOut' });
});

test('API-13 of several handles, the one that nobody has is named', async () => {
  const anna = await signedUp('Anna');
  const bob = await signedUp('Bob');
  const start = anna.api.conversations.start.mutate({ handles: [bob.handle, 'ghost@example.org'] });
  await expect(start).rejects.toMatchObject({ data: { reason: 'noAccount', about: 'ghost@example.org' } });
});

test('API-5 with no cloud to be reached, a message is safe here and waits; a restart changes nothing', async () => {
  const anna = await signedUp('Anna');
  const bob = await signedUp('Bob');
  const { id } = await anna.api.conversations.start.mutate({ handles: [bob.handle] });
  world.down = true;
  try {
    for (const text of ['first', 'second', 'third']) {
      const sent = await anna.api.messages.send.mutate({ conversationId: id, text });
      expect(['waiting', 'sending']).toContain(sent!.state);
    }
    await devices.stop(anna);
    const again = await devices.start(anna.folder);
    expect(await texts(again, id)).toEqual(['first', 'second', 'third']);
    world.down = false;
    await soon(() => texts(bob, id)).toEqual(['first', 'second', 'third']);
    const states = async () =>
      (await again.api.messages.page.query({ conversationId: id })).messages.map(({ state }) => state);
    await soon(states).toEqual(['delivered', 'delivered', 'delivered']);
  } finally {
    world.down = false;
  }
});

test('API-11 an event stream begins with everything, and tells of what another person wrote', async () => {
  const anna = await signedUp('Anna');
  const bob = await signedUp('Bob');
  const stop = new AbortController();
  const response = await bob.device.fetch(
    new Request('http://device/rpc/events.subscribe', { signal: stop.signal }),
  );
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let seen = '';
  const until = async (what: string) => {
    while (!seen.includes(what)) {
      const { value, done } = (await reader?.read()) ?? { done: true };
      if (done) throw new Error(`The stream ended before ${what}: ${seen}`);
      seen += value;
    }
  };
  for (const type of [
    'session',
    'conversations',
    'messages',
    'recentlyDeleted',
    'status',
    'settings',
    'devices',
    'notices',
  ]) {
    await until(`"type":"${type}"`);
  }
  const { id } = await anna.api.conversations.start.mutate({ handles: [bob.handle] });
  await anna.api.messages.send.mutate({ conversationId: id, text: 'news' });
  await until(`"conversationId":"${id}"`);
  stop.abort();
  await expect.poll(() => bob.device.streams).toBe(0);
});
