/** What other people are to the device that is killed: somebody who was not known, and somebody whose keys are not those that were. */
import { toHex } from '../../../shared/crypto/bytes.ts';
import { getIdentity } from '../../store/identity.ts';
import { openStore } from '../../store/open.ts';
import { messagesOf } from '../sim/ledger.ts';
import { type Act, arrived, quiet } from './doing.ts';
import { rest } from './rest.ts';
import type { Scene } from './scene.ts';

const CAROL = 'carol@example.org';
const withCarol = { handles: [CAROL], name: null };
const accountOfCarol = ({ carol }: Scene): string =>
  toHex(getIdentity(carol.store)?.accountId ?? new Uint8Array());

export const PEOPLE_ACTS = {
  'somebody new writes': {
    run: async (scene) => {
      const stranger = await scene.stranger();
      const made = await stranger.core.execute({
        name: 'startConversation',
        input: { handles: [scene.handle], name: null },
      });
      const text = scene.ledger.text('stranger');
      scene.ledger.writes(text, 'bob');
      const input = { conversationId: made.id, text, replyTo: null };
      await stranger.core.execute({ name: 'send', input });
      scene.ledger.written(text);
      await quiet(scene);
      await quiet(scene);
    },
    check: async (scene) => {
      await scene.strangersLeave();
      return [];
    },
  },
  'an identity that changed': {
    starts: 'device',
    prepare: async (scene) => {
      await scene.run('startConversation', withCarol);
      await arrived(scene);
      await scene.device.kill();
      // As if another had been pinned at first contact: the cloud's is now the one that nobody has seen.
      const store = openStore({ path: scene.path, key: scene.key });
      store.run(
        'UPDATE pin SET identity_key = ?, head_hash = ?, keyring = NULL WHERE handle = ?',
        scene.dice.bytes(32),
        scene.dice.bytes(32),
        CAROL,
      );
      store.close();
    },
    run: async (scene) => {
      const { ledger } = scene;
      const made = await scene.run('startConversation', withCarol);
      if (made === null) return;
      const text = ledger.text('anna');
      ledger.writes(text, 'note');
      scene.heldBack = { text, answered: false };
      const input = { conversationId: made.result.id, text, replyTo: null };
      // It is no message before it may be sent.
      if ((await scene.run('send', input)) !== null) scene.heldBack = { text, answered: true };
      await quiet(scene);
      await scene.run('acceptIdentity', { accountId: accountOfCarol(scene) });
      await quiet(scene);
    },
    check: async (scene) => {
      const { heldBack, ledger } = scene;
      scene.heldBack = null;
      if (heldBack !== null) ledger.writes(heldBack.text, 'note');
      // Seen, and taken, if it was not before.
      const made = await scene.run('startConversation', withCarol);
      await scene.run('acceptIdentity', { accountId: accountOfCarol(scene) });
      // So the next act does not meet it: what is written to her now goes.
      const after = ledger.text('anna');
      ledger.writes(after, 'note');
      const conversationId = made?.result.id ?? '';
      const sent = await scene.run('send', { conversationId, text: after, replyTo: null });
      if (sent === null) return ['Carol cannot be written to'];
      ledger.written(after);
      const problems = await rest(scene);
      if (problems.length > 0) return problems;
      const there = messagesOf(scene.carol);
      const here = messagesOf(scene.anna);
      if (heldBack?.answered === true && !here.some(({ text }) => text === heldBack.text))
        return [`"${heldBack.text}" waited, and has not gone`];
      return here
        .filter(({ conversation, mine, visible }) => mine && visible && conversation === made?.result.id)
        .filter(({ guid }) => there.filter((row) => row.guid === guid).length !== 1)
        .map(({ text }) => `"${text}" is not once at Carol's`);
    },
  },
} satisfies Record<string, Act>;
