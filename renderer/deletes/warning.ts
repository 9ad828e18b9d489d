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
    if (scope.devicesUnknown.length > 0)
      lines.push({ key: 'delete.unknownOn', values: names(scope.devicesUnknown) });
  } else {
    const keeping = scope.devicesKeeping.length > 0;
    // Where it stays is said only of places that are known to have it.
    const stays = keeping ? (scope.inCloud ? '' : 'Names') : scope.inCloud ? 'Cloud' : 'Only';
    lines.push({
      key: `delete.reachHere${forGood ? 'ForGood' : ''}${stays}`,
      values: keeping ? names(scope.devicesKeeping) : {},
    });
  }
  lines.push({ key: 'delete.othersKeep', values: {} });
  lines.push({ key: forGood ? 'delete.noUndo' : 'delete.thirtyDays', values: {} });
  return { title, lines, button: forGood ? 'deleteNow' : 'delete' };
}
