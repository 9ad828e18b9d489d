/** Which notices are alarms: somebody may be trying something. The others only inform. */
import type { Notice } from '../../electron/api/types.ts';

const ALARMS: ReadonlySet<Notice['code']> = new Set<Notice['code']>([
  'identityChanged',
  'keyringForged',
  'personForged',
  'personRolledBack',
  'keyringRolledBack',
  'recordRefused',
  'envelopeRefused',
  'zoneRolledBack',
  'zoneForked',
]);

export const noticeTone = (code: Notice['code']): 'alarm' | 'information' =>
  ALARMS.has(code) ? 'alarm' : 'information';
