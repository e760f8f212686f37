import { fact, type ImageFacts } from '../facts/index.ts';
import type { Steps } from '../lib/streams/steps.ts';
import { createScanOfSlice } from './scan-of-slice.ts';
import type { PlanSlice } from './volume-format.ts';

/** The slices that an object holds: one, or as many as it says, frame by frame and tile by tile. */
export function* slicesOf(
  facts: ImageFacts,
  transferSyntaxUid: string,
): Steps<readonly PlanSlice[]> {
  if (facts.slices.length === 0) return [{ facts, transferSyntaxUid }];
  const scanOf = createScanOfSlice(facts);
  const own = { frames: fact(1), slices: [] };
  const slices: PlanSlice[] = [];
  for (const [number, slice] of facts.slices.entries()) {
    const { direction } = slice;
    const ofSlice = { ...facts, ...scanOf(slice), ...slice, ...own };
    slices.push({ transferSyntaxUid, direction, number, facts: ofSlice });
    yield;
  }
  return slices;
}
