/** Bugs in how a device synchronizes: engine, zones, mail, commands. */
import type { Bug } from './bug.ts';

const at = (file: string) => `electron/sync/${file}`;

export const SYNC_BUGS: readonly Bug[] = [
  {
    name: 'save the token before the page',
    does: 'A device that dies, or whose disk is full, between the two has a hole where that page was',
    file: at('zones/pull.ts'),
    find: `  await applyPage(ctx, zone, opened, {
    holdTombstones: walking,`,
    instead: `  setZoneState(store, zone, { token: page.token, head: seen });
  await applyPage(ctx, zone, opened, {
    holdTombstones: walking,`,
  },
  {
    name: 'sweep after a first sync',
    does: 'What the cloud does not have goes here too: after a restore, and when the switch is turned on',
    file: at('zones/pull.ts'),
    find: "  setZoneState(ctx.store, zone, { phase: 'following' });",
    instead: `  ctx.store.write(() => {
    const sweep = (table, where) => ctx.store.run(\`DELETE FROM \${table} WHERE \${where}\`);
    const alone = 'SELECT rid FROM record WHERE zone = 2 AND rev = 0';
    sweep('message', \`rid IN (\${alone})\`);
    sweep('dirty', \`id IN (SELECT id FROM record WHERE rid IN (\${alone}))\`);
    sweep('record', 'zone = 2 AND rev = 0');
  });
  setZoneState(ctx.store, zone, { phase: 'following' });`,
  },
  {
    name: 'forget the held tombstones',
    does: 'What was deleted for good while this device was away stays on it after its first sync',
    file: at('zones/apply.ts'),
    find: '  if (held.length > 0) {',
    instead: '  if (held.length < 0) {',
  },
  {
    name: 'take a conflict for done',
    open: true,
    does: 'A change that met another one is dropped from the queue and never reaches anybody',
    file: at('zones/push.ts'),
    find: '      const stays = one.dirty.baseRev !== null && clean(store, zone, id, change);',
    instead: '      const stays = clean(store, zone, id, change) && one.dirty.baseRev !== null;',
  },
  {
    name: 'take a stale epoch for done',
    open: true,
    does: 'What was pushed while the keys changed is not pushed again',
    file: at('zones/push.ts'),
    find: '      result.staleKeyring = true;\n      return;',
    instead: '      clean(store, zone, id, change);\n      return;',
  },
  {
    name: 'do not fetch again what was let go of',
    does: 'Content that a delete on this device alone had taken is not brought back with the switch',
    file: at('zones/refetch.ts'),
    find: '    if (ids.length === 0) {',
    instead: '    if (ids.length >= 0) {',
  },
  {
    name: 'let a purge empty the device',
    does: 'When the cloud has purged the zone, what is here goes too',
    file: at('zones/open-zone.ts'),
    find: '    if (tookPart) {\n',
    instead: `    if (tookPart) {
      store.run('DELETE FROM message');
      store.run('UPDATE record SET payload = NULL, gone = 1 WHERE zone = 2');
`,
  },
  {
    name: 'let Keep Messages of one device travel',
    open: true,
    does: 'What a device with its switch off keeps for 30 days goes everywhere when that is turned on',
    file: at('zones/keep.ts'),
    find: "  const travels = scope === 'account';\n  const { machine,",
    instead: '  const travels = true;\n  const { machine,',
  },
  {
    name: 'with the switch off, finish what was deleted everywhere',
    does: 'After 30 days a device that is not at the head lets go of what others have recovered since',
    file: at('zones/tidy.ts'),
    find: 'travels ? dueForGood(store, agreed, slice) : dueHere(store, agreed - KEPT_MS, slice);',
    instead: 'dueForGood(store, agreed, slice);',
  },
  {
    name: 'tidy without asking what has changed',
    open: true,
    does: 'What is due after 30 days goes although it has changes that nobody has seen',
    file: at('zones/tidy.ts'),
    find: "row.rev > 0 && getDirty(store, 'messages', id) === undefined",
    instead: 'row.rev >= 0',
  },
  {
    name: 'answer nothing that was deleted here',
    does: 'An Undo turns the switch on, and what was deleted on this device alone stays hidden on it',
    file: at('zones/switch.ts'),
    find: "      answerDeletedHere(ctx, 'bringBack');",
    instead: '',
  },
  {
    name: 'turn the switch on because nothing is pending',
    does: 'Every device with its switch off goes on again at the next word of the cloud',
    file: at('engine/reduce-switch.ts'),
    find: '    return state.purgeOff === null ? state : turnOn(state);',
    instead: "    return state.switch !== 'off' ? state : turnOn(state);",
  },
  {
    name: 'read the mailbox before the zone',
    open: true,
    does: 'What was deleted meanwhile is shown for a moment',
    file: at('engine/decide.ts'),
    find: '  if (!takesPart(state) || drained(messages)) {',
    instead: "  if (messages.stage !== 'walking') {",
  },
  {
    name: 'say idle while there is something to push',
    does: 'The status line is quiet with changes that are only here',
    file: at('engine/status.ts'),
    find: "    const uploads = state.switch !== 'disabling' &&",
    instead: "    const uploads = state.switch === 'off' &&",
  },
  {
    name: 'say nothing of what waits to be sent',
    does: 'Messages that nobody has been sent count as sent',
    file: at('engine/status.ts'),
    find: '    waitingToSend: state.outbox.waiting,',
    instead: '    waitingToSend: 0,',
  },
  {
    name: 'try again at once',
    does: 'Without a connection a device asks and asks, as fast as it can',
    file: at('engine/backoff.ts'),
    find: '  return Math.round(Math.max(spread, retryAfterMs * (1 + jitter * 0.25)));',
    instead: '  return retryAfterMs * (spread > 0 ? 1 : 0);',
  },
  {
    name: 'drop the outbox at a restart',
    does: 'What was not sent yet is never sent',
    file: at('run/assemble.ts'),
    find: '        lookThroughFolder(ctx);\n      });',
    instead: "        lookThroughFolder(ctx);\n        store.run('DELETE FROM outbox');\n      });",
  },
  {
    name: "date by this device's clock",
    open: true,
    does: 'A delete by a clock that is a year behind is over its 30 days as soon as it is made',
    file: at('run/cloud-clock.ts'),
    find: ' ? Math.round(cloudMs) : hereMs;',
    instead: ' ? hereMs : hereMs;',
  },
  {
    name: 'go by a time that lay',
    open: true,
    sleepy: true,
    does: 'What is deleted when a computer wakes is dated a month back, and gone for good at once',
    file: at('run/said-time.ts'),
    find: '    if (clock.now() - cloudMs - knownAheadMs <= CLOCK_TOLERANCE_MS) {',
    instead: '    if (clock.now() - cloudMs - knownAheadMs <= Infinity) {',
  },
  {
    name: 'do not notice that the session is over',
    does: 'A device that was removed goes on as if nothing had happened',
    file: at('run/assemble.ts'),
    find: "      if (kind === 'removed' || kind === 'sessionEnded')\n        attempt(timers, abort.signal, () => endSession(ctx, kind === 'removed' ? 'removed' : 'revoked'));",
    instead: '',
  },
  {
    name: 'acknowledge before storing',
    does: 'The cloud forgets mail that a device which dies at that moment never had',
    file: at('mail/receive-step.ts'),
    find: '  // [Note: what a device has seen]\n',
    instead: '  await ctx.cloud.mailboxes.acknowledge({ position: BigInt(last) }, { signal: ctx.abort });\n',
  },
  {
    name: 'receipt a receipt',
    does: 'Two accounts thank each other for ever',
    file: at('mail/receive-step.ts'),
    find: '  if (first) {',
    instead: '  if (!own) {',
  },
  {
    name: 'take from the mailbox what is gone for good',
    open: true,
    does: 'In a new generation, under another id, it comes back',
    file: at('mail/receive-step.ts'),
    find: "  if (said.kind === 'message' && isMessageGone(ctx, sender, body.guid)) return false;",
    instead: '',
  },
  {
    name: 'name a message otherwise than its sender does',
    does: 'Mail and outbox make two records of one message',
    file: at('mail/put-writes.ts'),
    find: 'return messageRecordId(ctx, first!, second!);',
    instead: 'return messageRecordId(ctx, second!, first!);',
  },
  {
    name: 'seal anew at every try',
    does: 'A message whose answer was lost is another one for the cloud, and is delivered twice',
    file: at('mail/send-step.ts'),
    find: 'entry.sealed === null ? await sealRequest(ctx, entry) : fromBinary(SendRequestSchema, entry.sealed);',
    instead: 'await sealRequest(ctx, entry);',
  },
  {
    name: 'leave what was sent in the outbox',
    does: 'A reaction is sent for ever',
    file: at('mail/send-step.ts'),
    find: "    if (body.content.case !== 'message') {\n      removeOutbox(store, entry.sendId);",
    instead: "    if (body.content.case !== 'message') {",
  },
  {
    name: 'let deletes travel with the switch off',
    does: "What is this device's own business is deleted everywhere",
    file: at('commands/conversations.ts'),
    find: "  return value === 'on' || value === 'enabling';",
    instead: '  return value.length > 0;',
  },
  {
    name: 'delete a conversation up to tomorrow',
    does: 'What comes after a conversation was deleted is deleted with it',
    file: at('commands/deletes.ts'),
    find: '    const value = clearedValue(upTo, deletedMs, currentKeys(ctx).deviceId);',
    instead:
      '    const value = clearedValue({ ...upTo, acceptedMs: upTo.acceptedMs + 86_400_000 }, deletedMs, currentKeys(ctx).deviceId);',
  },
  {
    name: 'delete everywhere what is to come back',
    does: 'The answer to "what was deleted here meanwhile" is taken the wrong way round',
    file: at('commands/deleted-here.ts'),
    find: "  const everywhere = answer === 'everywhere';",
    instead: "  const everywhere = answer === 'everywhere' || answer === 'bringBack';",
  },
  {
    name: 'forget the deletes made while off',
    does: 'What was to be deleted everywhere is shown again everywhere',
    file: at('commands/deleted-here.ts'),
    find: "  const everywhere = answer === 'everywhere';",
    instead: '  const everywhere = answer.length === 0;',
  },
  {
    name: 'recover on this device alone',
    open: true,
    does: 'Recover answers, and nothing is recovered',
    file: at('commands/delete-one.ts'),
    find: "requireWritable(payload);\n    writeRegister(ctx, 'messages', id, newPayload(KIND.message), MessageField.DELETED, CLEARED);",
    instead: 'requireWritable(payload);',
  },
  {
    name: 'stamp without looking at what is replaced',
    open: true,
    does: 'A delete by a clock that is behind loses against the older write of one that is ahead',
    file: at('commands/registers.ts'),
    find: 'stampAsOf(ctx, asOfMs, now?.stamp);',
    instead: 'stampAsOf(ctx, asOfMs);',
  },
  {
    name: 'believe an unproven tombstone',
    does: 'A cloud deletes what it likes on every device',
    file: at('zones/open-page.ts'),
    find: '      openTombstone({ zoneKey: key, zone: ZONE_NUMBER[zone], id, epoch, proof: record.proof });\n',
    instead: '',
  },
  {
    name: 'believe whoever the cloud names',
    open: true,
    does: 'What nobody signed shows as a message of somebody known',
    file: at('mail/open-envelope.ts'),
    find: '    if (!verifyBody(bytes, signature, device.signKey)) {',
    instead: '    if (bytes.length === 0) {',
  },
  {
    name: 'make a send id of the text',
    does: 'So that nothing is sent twice, the cloud reads what is sent',
    file: at('mail/seal-request.ts'),
    find: '{ sendId: ctx.random(16) });',
    instead:
      "{ sendId: entry.text === '' ? ctx.random(16) : new Uint8Array(Buffer.from(entry.text.padEnd(16).slice(0, 16))) });",
  },
  {
    name: 'keep the key when a device is removed',
    does: 'The new epoch has the old key: who was removed reads on',
    file: 'shared/crypto/epochs.ts',
    find: '  const key = copyBytes(random(32));',
    instead: '  const key = previous?.key ?? copyBytes(random(32));',
  },
];
