/** A cloud that answers with what belongs to another account, and devices that change a keyring at the same moment. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cloud, createCloud } from '../../../cloud/app.ts';
import { toHex } from '../../../shared/crypto/bytes.ts';
import {
  type AccountSecrets,
  GetKeyringResponseSchema,
  RecoverFinishResponseSchema,
  SignInFinishResponseSchema,
} from '../../../shared/proto/gen/lockstep/cloud/v1/accounts_pb.js';
import { getIdentity } from '../../store/identity.ts';
import { getKeyring } from '../../store/keyring.ts';
import { ownKeyring, refreshKeyring } from '../keyring/own.ts';
import {
  CLOUD_URL,
  closeDevices,
  fetchOf,
  type MailDevice,
  mailDevice,
  PASSWORD,
} from '../testing/mail-device.ts';
import { failureOf, tamper } from '../testing/tamper.ts';
import { removeDevice } from './devices.ts';
import { proveWith, recover } from './sign-in.ts';

const description = { name: 'Test device', platform: 'test', appVersion: '0.1.0' };
let cloud: Cloud;
let anna: MailDevice;
let eve: MailDevice;
let words: string[];

beforeEach(async () => {
  cloud = await createCloud({ dataDir: ':memory:', registration: 'open' });
  anna = mailDevice(cloud);
  eve = mailDevice(cloud);
  ({ words } = await anna.signUp('anna@example.org'));
  await eve.signUp('eve@example.org');
});
afterEach(async () => {
  closeDevices();
  await cloud.close();
});

const idOf = (device: MailDevice) => toHex(device.ctx.keys.get()!.deviceId);
/** What the cloud mixes in: the other account's, whole, or but for what opens with the right password. */
const mixtures = (theirs: AccountSecrets): ((ours: AccountSecrets) => void)[] => [
  (ours) => Object.assign(ours, { ...theirs, recoveryWrap: theirs.passwordWrap }),
  (ours) => {
    ours.log = theirs.log;
    ours.epochs = theirs.epochs;
    ours.rootWraps = theirs.rootWraps;
    ours.accountId = theirs.accountId;
  },
  (ours) => {
    ours.rootWraps = theirs.rootWraps;
  },
  (ours) => {
    ours.accountId = theirs.accountId;
  },
  (ours) => {
    ours.passwordWrap = theirs.passwordWrap!;
    ours.recoveryWrap = theirs.passwordWrap!;
  },
];

test("TRU-18 a sign-in that is answered with another account's keyring or wraps stores nothing", async () => {
  const theirs = (await proveWith(eve.ctx, CLOUD_URL, 'eve@example.org', PASSWORD)).secrets;
  const fresh = mailDevice(cloud);
  for (const mix of mixtures(theirs)) {
    tamper(cloud, fresh, '/SignInFinish', SignInFinishResponseSchema, ({ account }) => mix(account!));
    expect(await failureOf(fresh.signIn('anna@example.org'))).toBe('keyringForged');
    expect(getIdentity(fresh.store)).toBeUndefined();
    expect(getKeyring(fresh.store)).toEqual({ log: [], epochs: [] });
  }
  fresh.wire.fetch = fetchOf(cloud);
  await fresh.signIn('anna@example.org');
});

test("TRU-18 a recovery that is answered with another account's wraps stores nothing and sets no password", async () => {
  const theirs = (await proveWith(eve.ctx, CLOUD_URL, 'eve@example.org', PASSWORD)).secrets;
  const fresh = mailDevice(cloud);
  const input = { cloudUrl: CLOUD_URL, handle: 'anna@example.org', words, device: description };
  const trying = () => recover(fresh.ctx, { ...input, newPassword: 'seven quiet lanterns drift' });
  for (const mix of mixtures(theirs)) {
    tamper(cloud, fresh, '/RecoverFinish', RecoverFinishResponseSchema, ({ account }) => mix(account!));
    expect(await failureOf(trying())).toBe('keyringForged');
    expect(getIdentity(fresh.store)).toBeUndefined();
  }
  expect(await failureOf(mailDevice(cloud).signIn('anna@example.org'))).toBe('no failure');
});

test("TRU-18 another account's keyring in place of the own one is refused and said", async () => {
  const before = getKeyring(anna.store);
  const theirs = await eve.ctx.cloud.accounts.getKeyring({});
  tamper(cloud, anna, '/GetKeyring', GetKeyringResponseSchema, (answer) => {
    Object.assign(answer, theirs);
  });
  expect(await failureOf(refreshKeyring(anna.ctx))).toBe('keyringForged');
  expect(anna.notices()).toEqual(['keyringForged']);
  expect(getKeyring(anna.store)).toEqual(before);
});

test('TRU-19 two devices that remove others at the same moment both succeed', async () => {
  const [tablet, phone, old] = [mailDevice(cloud), mailDevice(cloud), mailDevice(cloud)];
  for (const device of [tablet, phone, old]) await device.signIn('anna@example.org');
  await refreshKeyring(anna.ctx);
  await refreshKeyring(tablet.ctx);
  await Promise.all([
    removeDevice(anna.ctx, { id: idOf(phone), stolen: false, password: null }),
    removeDevice(tablet.ctx, { id: idOf(old), stolen: true, password: PASSWORD }),
  ]);
  await refreshKeyring(anna.ctx);
  await refreshKeyring(tablet.ctx);
  for (const device of [anna, tablet]) {
    const { state, chain } = ownKeyring(device.store);
    expect(
      state
        .activeAt()
        .map((one) => toHex(one.deviceId))
        .sort(),
    ).toEqual([idOf(anna), idOf(tablet)].sort());
    expect(chain.current.epoch).toBe(3);
    expect(device.ctx.keys.get()?.current).toBe(3);
  }
});
