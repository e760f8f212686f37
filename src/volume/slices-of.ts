import { fact, type ImageFacts } from '../facts/index.ts';
import { scanOfSlice } from './scan-of-slice.ts';
import type { PlanSlice } from './volume-format.ts';

/** The slices that an object holds: one, or as many as it says, frame by frame and tile by tile. */
export function slicesOf(facts: ImageFacts, transferSyntaxUid: string): readonly PlanSlice[] {
  if (facts.slices.length === 0) return [{ facts, transferSyntaxUid }];
  return facts.slices.map((slice, number) => ({
    transferSyntaxUid,
    direction: slice.direction,
    number,
    facts: {
      ...facts,
      ...scanOfSlice(facts, slice),
      ...slice,
      frames: fact(1),
      slices: [],
    },
  }));
}
