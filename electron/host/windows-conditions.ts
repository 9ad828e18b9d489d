/**
 * Windows: both by Windows PowerShell 5.1, which every Windows 10 and 11 has (7 cannot load WinRT's types). One start for both, since
 * a start costs half a second. Names of .NET's values are not translated.
 */
import path from 'node:path';
import type { Conditions } from '../sync/status-types.ts';
import type { Run } from './system-conditions.ts';

/** By its whole path: a program of this name in the folder one starts from is not ours. */
const POWERSHELL = path.win32.join(
  process.env['SystemRoot'] ?? 'C:\\Windows',
  'System32',
  'WindowsPowerShell',
  'v1.0',
  'powershell.exe',
);

// No double quotes in these: they pass through a command line.
const POWER =
  "try { [void][Reflection.Assembly]::LoadWithPartialName('System.Windows.Forms'); " +
  "'power=' + [System.Windows.Forms.SystemInformation]::PowerStatus.PowerLineStatus } catch { }";
const COST =
  'try { [void][Windows.Networking.Connectivity.NetworkInformation,Windows,ContentType=WindowsRuntime]; ' +
  '$line = [Windows.Networking.Connectivity.NetworkInformation]::GetInternetConnectionProfile(); ' +
  'if ($line) { $cost = $line.GetConnectionCost(); ' +
  "'cost=' + $cost.NetworkCostType; 'roaming=' + $cost.Roaming; 'over=' + $cost.OverDataLimit } } catch { }";

export async function readWindows(
  run: Run,
  signal: AbortSignal,
  ask: { power: boolean },
): Promise<Conditions> {
  const script = ask.power ? `${POWER}; ${COST}` : COST;
  const said = await run(
    POWERSHELL,
    ['-NoLogo', '-NoProfile', '-NonInteractive', '-Command', script],
    signal,
  );
  return parseWindows(said ?? '');
}

/**
 * A line each: `power=Online`, `cost=Unrestricted`, `roaming=False`, `over=False`. What roams or is over its limit costs, whatever
 * its kind; without a connection there is no cost, and nothing known.
 */
export function parseWindows(text: string): Conditions {
  const said = new Map(
    text
      .split(/\r?\n/)
      .map((line): [string, string] => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const power = said.get('power');
  const cost = said.get('cost');
  const dear = said.get('roaming') === 'True' || said.get('over') === 'True';
  return {
    onBattery: power === 'Offline' ? true : power === 'Online' ? false : null,
    metered: dear || cost === 'Fixed' || cost === 'Variable' ? true : cost === 'Unrestricted' ? false : null,
  };
}
