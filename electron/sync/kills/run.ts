/** What main.ts asks of the bundle (bundle.ts), in which the people who are not killed run the same code as those who are. */
import { sodiumReady } from '../../../shared/crypto/sodium.ts';
import { type Report, runKills } from './plan.ts';
import { endAll, type Scripts } from './processes.ts';
import { record } from './record.ts';

export { endAll };

export type Asked = {
  kills: number;
  from: number;
  lanes: number;
  varied: boolean;
  only: string;
  keepIn: string | null;
  until: number;
  print(line: string): void;
  progress(report: Report): void;
};

export async function run(scripts: Scripts, { print: said, ...options }: Asked): Promise<Report> {
  await sodiumReady();
  return runKills(scripts, { ...options, said });
}

/** Writes `pointsFile` anew. */
export async function recordPoints(
  scripts: Scripts,
  pointsFile: URL,
  print: (line: string) => void,
): Promise<void> {
  await sodiumReady();
  await record(scripts, 2, pointsFile, print);
}
