/** Makes a failing story small: steps are left out as long as it still fails, halves first, then one by one. */
import { STEPS, type StoryOptions, story, type Told } from './story.ts';

/** So many runs are worth it. */
const MOST_RUNS = 120;

/** The shortest failing story found, and the steps that it needs. */
export async function shrink(
  options: Omit<StoryOptions, 'without'>,
): Promise<{ kept: number[]; told: Told }> {
  const { steps = STEPS } = options;
  let kept = Array.from({ length: steps }, (_, step) => step);
  let runs = 0;
  const tell = (those: readonly number[]) => {
    const wanted = new Set(those);
    const without = new Set(
      Array.from({ length: steps }, (_, step) => step).filter((step) => !wanted.has(step)),
    );
    runs += 1;
    return story({ ...options, without });
  };
  let told = await tell(kept);
  for (let size = Math.ceil(kept.length / 2); size >= 1 && runs < MOST_RUNS; ) {
    let smaller = false;
    for (let at = 0; at < kept.length && runs < MOST_RUNS; ) {
      const rest = [...kept.slice(0, at), ...kept.slice(at + size)];
      const again = await tell(rest);
      if (again.problems.length > 0) {
        [kept, told, smaller] = [rest, again, true];
      } else {
        at += size;
      }
    }
    if (size === 1 && !smaller) break;
    size = size === 1 ? 1 : Math.ceil(size / 2);
  }
  return { kept, told };
}
