import { fact, type ImageFacts, type SliceFacts } from '../facts/index.ts';
import type { PlanSlice } from './volume-format.ts';

/** The slices that an object holds: one, or as many as it says, frame by frame and tile by tile. */
export function slicesOf(facts: ImageFacts, transferSyntaxUid: string): readonly PlanSlice[] {
  if (facts.slices.length === 0) return [{ facts, transferSyntaxUid }];
  return facts.slices.map((slice, number) => ({
    transferSyntaxUid,
    direction: slice.direction,
    number,
    facts: { ...facts, ...scanOfSlice(facts, slice), ...slice, frames: fact(1), slices: [] },
  }));
}

/**
 * What of an object's scan is true of one of its slices: of a tile all, if there are as many times as
 * slices; of a frame not what each frame has for itself.
 */
function scanOfSlice({ scan, slices }: ImageFacts, { tile }: SliceFacts): Pick<ImageFacts, 'scan'> {
  if (scan === undefined) return {};
  const { sliceTimes, ...all } = scan;
  const { bValue: _b, direction: _direction, sliceTime: _time, ...shared } = all;
  if (tile === undefined) return { scan: shared };
  return { scan: sliceTimes?.length === slices.length ? scan : all };
}
