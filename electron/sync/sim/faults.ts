/**
 * Every fault that the simulation plays, by the name under which it is counted. `npm test` must see each of them; what never fires fails. The
 * long run's counts stand in docs/SPEC.md (counted.ts adds them up).
 */
import { TRICKS } from './hostile-tricks.ts';
import { FILE_KILL_POINTS, KILL_POINTS } from './kill-points.ts';

export type Fault = { name: string; does: string };

const plain: readonly Fault[] = [
  { name: 'request lost', does: 'a request never arrives' },
  { name: 'answer lost', does: 'the cloud has done it, its answer does not come' },
  { name: 'duplicate', does: 'a request arrives twice, the second answer counts' },
  { name: 'delayed', does: 'a request or an answer takes up to 0.4 s' },
  { name: 'reordered', does: 'an answer overtakes that of an earlier request' },
  { name: 'answer truncated', does: 'an answer breaks off in the middle' },
  { name: 'answer corrupted', does: 'noise or the page of a hotel instead of an answer' },
  { name: 'busy', does: '429 or 503 with Retry-After' },
  { name: 'cut off before the answer', does: 'the connection goes between request and answer' },
  {
    name: 'answer read after a sleep',
    does: 'it came before its computer slept for days or a month, and is read when that wakes',
  },
  { name: 'cloud crash', does: 'the cloud is killed between two calls, and started again' },
  { name: 'cloud crashed before commit', does: 'it is killed when a call that writes arrives' },
  { name: 'cloud crashed after commit', does: 'it is killed when such a call is committed and not answered' },
  { name: 'cloud put back from a backup', does: 'a new incarnation of an older state' },
  { name: 'change tokens expired', does: 'every change token and cursor is worth nothing any more' },
  { name: 'quota reached', does: 'there is no room for the account' },
  { name: 'quota freed', does: 'there is room again' },
  { name: "cloud's disk full", does: "the cloud's database cannot grow" },
  { name: 'device killed', does: 'a device is killed between two steps' },
  { name: 'device quits', does: 'the app is ended in order, and started again later' },
  { name: 'device put back to an old copy', does: 'an old copy of its database' },
  { name: 'a device away for long', does: 'it is not there for 20 to 400 days' },
  { name: "device's disk full", does: 'its database cannot grow' },
  { name: "device's database busy", does: 'another program holds its database' },
  { name: 'file lost on the disk', does: "a file goes from a device's folder of attachments" },
  { name: 'clock forward', does: "a device's clock jumps ahead" },
  { name: 'clock back', does: "a device's clock jumps back" },
  { name: 'clock drifts', does: "a device's clock runs fast or slow" },
  { name: 'newer app writes an unknown field', does: 'a register that no other device knows' },
  { name: 'newer app writes an unknown kind', does: 'a record of a kind that no other device knows' },
  {
    name: 'newer app writes an unknown schema',
    does: 'a message under a schema that older devices cannot read',
  },
  { name: 'app updated', does: 'an older device gets the newer app, and reads what it had kept' },
  { name: 'epoch rotated in the middle of a push', does: 'a device is removed while another one pushes' },
  {
    name: 'removed device tries later epochs',
    does: 'with all its keys, on every record and every wrap there is',
  },
];

export const FAULTS: readonly Fault[] = [
  ...plain,
  ...[...KILL_POINTS, ...FILE_KILL_POINTS].map((point) => ({
    name: `killed ${point}`,
    does: `a device is killed ${point}${point.endsWith(' commit of UpdateKeyring') ? ', if anything is: it asks for the keyring first' : ''}`,
  })),
  ...TRICKS.map(({ name, says }) => ({
    name: `hostile cloud ${name}`,
    does: says === null ? 'costs nothing that is not got back' : `is said: ${says.join(', ')}`,
  })),
];

export const FAULT_PREFIX = 'fault: ';
