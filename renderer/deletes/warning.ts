/** What the warning before a delete says: how many, how far, and that others keep theirs. Pure. */
import type { DeleteScope, DeleteTarget } from '../../electron/api/types.ts';

export type WarningText = { key: string; values: Record<string, string | number> };
export type Warning = { title: WarningText; lines: WarningText[]; button: 'delete' | 'deleteNow' };

export function warningOf(
  target: DeleteTarget,
  scope: DeleteScope,
  formatNames: (names: string[]) => string,
): Warning {
  const count = scope.messages;
  const names = (list: string[]): Record<string, string | number> => ({
    count: list.length,
    names: formatNames(list),
  });
  const forGood = target.kind === 'forGood';
  const title: WarningText = {
    key: forGood
      ? 'delete.titleForGood'
      : target.kind === 'conversation'
        ? 'delete.titleConversation'
        : 'delete.title',
    values: { count },
  };
  const lines: WarningText[] = [];
  if (scope.switchOn) {
    lines.push(
      scope.devicesOn.length > 1
        ? { key: forGood ? 'delete.reachForGood' : 'delete.reachAll', values: names(scope.devicesOn) }
        : { key: forGood ? 'delete.reachForGoodOnly' : 'delete.reachAllOnly', values: {} },
    );
    if (scope.devicesKeeping.length > 0)
      lines.push({ key: 'delete.keptOn', values: names(scope.devicesKeeping) });
  } else {
    lines.push(
      scope.devicesKeeping.length > 0
        ? {
            key: forGood ? 'delete.reachHereForGood' : 'delete.reachHere',
            values: names(scope.devicesKeeping),
          }
        : { key: forGood ? 'delete.reachHereForGoodOnly' : 'delete.reachHereOnly', values: {} },
    );
  }
  lines.push({ key: 'delete.othersKeep', values: {} });
  lines.push({ key: forGood ? 'delete.noUndo' : 'delete.thirtyDays', values: {} });
  return { title, lines, button: forGood ? 'deleteNow' : 'delete' };
}
