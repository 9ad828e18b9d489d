/** What happens to devices, switches and keys while a process is killed (acts.ts has what people do with messages). */
import { toHex } from '../../../shared/crypto/bytes.ts';
import { getIdentity } from '../../store/identity.ts';
import { openStore } from '../../store/open.ts';
import { recountDigest } from '../../store/zone-state.ts';
import { messagesOf } from '../sim/ledger.ts';
import { PASSWORD } from '../testing/core-device.ts';
import {
  type Act,
  annaSends,
  arrived,
  atLeast,
  atLeastDeleted,
  bobSends,
  quiet,
  send,
  shown,
  some,
} from './doing.ts';
import { rest } from './rest.ts';
import { DAY, type Scene } from './scene.ts';

/** The device that is killed is one without anything, and does not run. */
async function asNew(scene: Scene): Promise<void> {
  await scene.device.kill();
  scene.newFolder();
}

async function thirdDevice(scene: Scene): Promise<string> {
  const third = await scene.another();
  const id = toHex(getIdentity(third.store)?.deviceId ?? new Uint8Array());
  await third.stop();
  await arrived(scene);
  return id;
}

const all = (scene: Scene) => messagesOf(scene.anna);

export const ACCOUNT_ACTS = {
  'the switch off and on': {
    prepare: (scene) => atLeast(scene, 3),
    run: async (scene) => {
      await annaSends(scene);
      await scene.run('switchOffPreview', null);
      await scene.run('setSwitch', { on: false });
      await quiet(scene);
      await bobSends(scene);
      await send(scene);
      await annaSends(scene);
      await quiet(scene);
      await scene.run('switchPreview', null);
      await scene.run('setSwitch', { on: true, deletedHere: 'bringBack' });
      await quiet(scene);
    },
  },
  'deleted with the switch off': {
    prepare: async (scene) => {
      await atLeast(scene, 5);
      await arrived(scene);
      await scene.run('setSwitch', { on: false });
      await quiet(scene);
    },
    run: async (scene) => {
      const everywhere = scene.dice.chance(0.5);
      const [one, two] = some(shown(scene), 2, scene);
      if (one === undefined || two === undefined) return;
      await scene.run('deleteMessages', { ids: [one.id, two.id] });
      await scene.run('deleteForGood', { ids: [one.id] });
      if (everywhere) {
        scene.ledger.may([one], 'gone');
        scene.ledger.may([two], 'deleted');
      }
      const deletedHere = everywhere ? 'everywhere' : 'bringBack';
      await scene.run('setSwitch', { on: true, deletedHere });
      await quiet(scene);
    },
  },
  'a new device': {
    starts: 'device',
    prepare: async (scene) => {
      await atLeast(scene, 30);
      await arrived(scene);
      await asNew(scene);
    },
    run: async (scene) => {
      await scene.run('checkCloud', { url: 'http://localhost:1' });
      await scene.run('signIn', scene.signInInput());
      await quiet(scene);
      await quiet(scene);
    },
  },
  'hold and cancel': {
    run: async (scene) => {
      await scene.run('hold', null);
      await annaSends(scene);
      await scene.run('resume', null);
      await scene.run('setSwitch', { on: false });
      await scene.run('cancelSync', null);
      await scene.run('continueAnyway', null);
      await scene.run('syncNow', null);
      await quiet(scene);
    },
  },
  'off for all devices': {
    run: async (scene) => {
      await scene.run('setSwitch', { on: false, everywhere: true });
      await quiet(scene);
    },
  },
  'Disable & Delete': {
    run: async (scene) => {
      await scene.run('disableAndDelete', null);
      await quiet(scene);
      await scene.run('undoPurge', null);
      await quiet(scene);
    },
  },
  'the purge at its time': {
    prepare: async (scene) => {
      await atLeast(scene, 3);
      await arrived(scene);
      await scene.run('disableAndDelete', null);
      await quiet(scene);
      await scene.jump(31 * DAY);
    },
    starts: 'device',
    run: async (scene) => {
      await scene.run('syncNow', null);
      await quiet(scene);
      await scene.run('setSwitch', { on: true, deletedHere: 'bringBack' });
      scene.poke();
      await quiet(scene);
      await new Promise((resolve) => setTimeout(resolve, 100));
    },
  },
  'thirty days': {
    prepare: async (scene) => {
      // In a scene in which they have passed before, the cloud has no old send left to forget.
      await annaSends(scene);
      await atLeastDeleted(scene, 3);
      await arrived(scene);
      await scene.jump(31 * DAY);
    },
    starts: 'device',
    run: async (scene) => {
      await quiet(scene);
      await quiet(scene);
    },
  },
  'Keep Messages': {
    prepare: async (scene) => {
      await atLeast(scene, 4);
      await scene.run('setKeepMessages', { days: 30 });
      await arrived(scene);
      await scene.jump(40 * DAY);
      scene.ledger.may(all(scene), 'gone');
    },
    starts: 'device',
    run: async (scene) => {
      await quiet(scene);
      await scene.run('keepPreview', { days: 0 });
      await scene.run('setKeepMessages', { days: 0 });
      await quiet(scene);
    },
    check: async (scene) => {
      // Whoever was on the way to let go of them may still do so.
      scene.ledger.may(all(scene), 'gone');
      await scene.run('setKeepMessages', { days: 0 });
      return rest(scene);
    },
  },
  'a repair': {
    prepare: async (scene) => {
      await atLeast(scene, 3);
      await arrived(scene);
      await scene.device.kill();
      const store = openStore({ path: scene.path, key: scene.key });
      store.run(
        'UPDATE record SET rev = 0, hash = NULL WHERE rid = (SELECT max(rid) FROM record WHERE zone = 2 AND rev > 0 AND gone = 0)',
      );
      recountDigest(store, 'messages');
      store.close();
    },
    starts: 'device',
    run: async (scene) => {
      await quiet(scene);
      await scene.run('repair', null);
      await quiet(scene);
    },
  },
  'a restored cloud is heard of': {
    prepare: async (scene) => {
      await atLeast(scene, 3);
      await arrived(scene);
      await scene.device.kill();
      await scene.startCloud({ restored: true });
    },
    starts: 'device',
    run: async (scene) => {
      await quiet(scene);
      await quiet(scene);
    },
  },
  'a device is removed': {
    prepare: async (scene) => {
      scene.third = await thirdDevice(scene);
    },
    run: async (scene) => {
      const id = scene.third;
      await scene.run('renameDevice', { id, name: 'The third' });
      await quiet(scene);
      await scene.run('removeDevice', { id, stolen: false, password: null });
      await quiet(scene);
    },
  },
  'a device is removed elsewhere': {
    prepare: async (scene) => {
      scene.third = await thirdDevice(scene);
    },
    run: async (scene) => {
      const { anna, third: id } = scene;
      await anna.core
        .execute({ name: 'removeDevice', input: { id, stolen: false, password: null } })
        .catch(() => {});
      await annaSends(scene);
      await quiet(scene);
      await quiet(scene);
    },
  },
  'a stolen device': {
    prepare: async (scene) => {
      scene.third = await thirdDevice(scene);
    },
    run: async (scene) => {
      await scene.run('removeDevice', { id: scene.third, stolen: true, password: scene.password });
      await quiet(scene);
      await quiet(scene);
    },
    spends: true,
  },
  'a new password': {
    prepare: async (scene) => scene.chooseNextPassword(),
    run: async (scene) => {
      const { password: currentPassword, nextPassword: newPassword } = scene;
      await scene.run('changePassword', { currentPassword, newPassword, signOutOthers: false });
      await quiet(scene);
    },
    check: async (scene) => {
      // One of the two, whole: somebody gets in with it.
      for (const password of [scene.nextPassword, scene.password]) {
        const other = await scene.another(scene.handle, password).catch(() => null);
        if (other === null) continue;
        await other.stop();
        scene.password = password;
        return [];
      }
      return ['neither password opens the account'];
    },
  },
  recovery: {
    prepare: async (scene) => {
      scene.chooseNextPassword();
      await atLeast(scene, 3);
      await arrived(scene);
      await asNew(scene);
    },
    starts: 'device',
    run: async (scene) => {
      await scene.run('recover', scene.recoverInput());
      await quiet(scene);
    },
    again: async (scene) => {
      await scene.run('recover', scene.recoverInput());
    },
    check: async (scene) => {
      scene.password = scene.nextPassword;
      return [];
    },
  },
  'signing out': {
    prepare: (scene) => arrived(scene),
    run: async (scene) => {
      await scene.run('signOut', { wipe: false, evenUnsent: false });
      await scene.run('signIn', scene.signInInput());
      await quiet(scene);
    },
  },
  'signing up': {
    prepare: (scene) => asNew(scene),
    starts: 'device',
    run: (scene) => scene.signUpAsDora(),
    again: (scene) => scene.signUpAsDora(),
    check: async (scene) => {
      const other = await scene.another(scene.dora ?? '', PASSWORD).catch((error: unknown) => String(error));
      if (typeof other === 'string') return [`Dora is not let in: ${other}`];
      await other.until(({ phase }) => phase === 'idle', 'rest');
      await other.stop();
      scene.dora = null;
      await asNew(scene);
      return rest(scene);
    },
  },
  'the app quits': {
    run: async (scene) => {
      await send(scene);
      await scene.quit();
    },
  },
} satisfies Record<string, Act>;
