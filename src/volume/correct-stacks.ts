import { present } from '../lib/assert.ts';
import { malformed, ok } from '../lib/result.ts';
import type { Steps } from '../lib/streams/steps.ts';
import { corrections } from './corrections/index.ts';
import type { VolumeRefusal } from './errors.ts';
import { unsplit } from './groups.ts';
import { planStack, type SeriesSlices } from './plan-stack.ts';
import type { StackCorrection } from './stack-correction.ts';
import type { CorrectedStack, StackOutcome } from './volume-format.ts';

type Refused = Pick<StackOutcome, 'slices' | 'stackKey' | 'outcome'>;

/** What corrections make of a stack that is refused: those for which its refusal is. */
export function* correctionsOf(
  series: SeriesSlices,
  stack: Refused,
): Steps<readonly CorrectedStack[]> {
  const { outcome } = stack;
  // Of a stack that an image spoils which cannot be read, nobody knows what it holds.
  const isRead = stack.slices.every((index) => series.slices[index] !== undefined);
  if (outcome.ok || !isRead) return [];
  const corrected: CorrectedStack[] = [];
  for (const correction of corrections) {
    if (!correction.corrects.has(outcome.code)) continue;
    corrected.push(yield* correct(series, stack, correction));
  }
  return corrected;
}

function* correct(
  series: SeriesSlices,
  { slices: all, stackKey = '' }: Refused,
  correction: StackCorrection,
): Steps<CorrectedStack> {
  const { name } = correction;
  const refused = (code: VolumeRefusal, index: number): CorrectedStack => ({
    correction: name,
    slices: [],
    leftOut: [],
    outcome: malformed(code, index),
  });
  const slices = all.map((index) => present(series.slices[index], 'a slice that was read'));
  const choice = correction.keep(slices);
  if (!choice.ok) return refused(choice.code, all[choice.offset] ?? 0);
  const chosen = new Set(choice.value);
  const kept = all.filter((_, at) => chosen.has(at));
  const { outcome, leftOut } = yield* planStack(series, kept, unsplit);
  if (!outcome.ok) return refused(outcome.code, outcome.offset);
  return {
    correction: name,
    slices: kept,
    leftOut: [...all.filter((_, at) => !chosen.has(at)), ...leftOut],
    // Its files have the name of the stack that it is of.
    outcome: ok({ ...outcome.value, stackKey }),
  };
}
