import { expect, test } from 'vitest';
import { reachOf } from './reach.ts';

const here = (switchOn: boolean | null) => ({ name: 'Here', own: true, switchOn });
const other = (name: string, switchOn: boolean | null) => ({ name, own: false, switchOn });

test('API-9 a device that has not said how its switch is, is named neither as on nor as off', () => {
  const devices = [here(null), other('On', true), other('Off', false), other('New', null)];
  expect(reachOf(devices, true)).toEqual({
    devicesOn: ['Here', 'On'],
    devicesKeeping: ['Off'],
    devicesUnknown: ['New'],
  });
  expect(reachOf(devices, false)).toEqual({
    devicesOn: ['On'],
    devicesKeeping: ['On', 'Off'],
    devicesUnknown: ['New'],
  });
});
