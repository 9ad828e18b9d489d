/** Which of the account's devices a delete reaches, which keep the messages, and of which that is not known. Pure. */
import type { DeleteScope } from '../../api/types.ts';

type Listed = { name: string; own: boolean; switchOn: boolean | null };

export function reachOf(
  devices: readonly Listed[],
  switchOn: boolean,
): Pick<DeleteScope, 'devicesOn' | 'devicesKeeping' | 'devicesUnknown'> {
  // Of itself a device knows better than its record, which may be on its way.
  const known = devices.map(({ name, own, switchOn: said }) => ({ name, own, on: own ? switchOn : said }));
  const names = (list: typeof known): string[] => list.map(({ name }) => name);
  return {
    devicesOn: names(known.filter(({ on }) => on === true)),
    devicesKeeping: names(known.filter(({ own, on }) => !own && on !== null && (!on || !switchOn))),
    devicesUnknown: names(known.filter(({ on }) => on === null)),
  };
}
