import { type ImageFacts, knownValue } from '../facts/index.ts';
import { present } from '../lib/assert.ts';
import type { FrameTile } from '../volume/index.ts';

/** Where the pixels of a slice are. */
export interface FrameSlice {
  /** Number of its frame among all of the series. */
  readonly frame: number;
  /** Undefined where the frame is the slice. */
  readonly tile: FrameTile | undefined;
}

/** Where the slices of an object are, whose first frame has this number. */
export function frameSlicesOf(facts: ImageFacts, firstFrame: number): readonly FrameSlice[] {
  if (facts.slices.length === 0) return [{ frame: firstFrame, tile: undefined }];
  return facts.slices.map(({ frame, tile }) => ({
    frame: firstFrame + frame,
    tile: tile && {
      top: tile.top,
      left: tile.left,
      frameColumns: present(knownValue(facts.columns), 'a tiled frame has a size'),
    },
  }));
}

/** How many frames of an object hold slices, or come before one that does. */
export const framesOf = ({ slices }: ImageFacts): number =>
  slices.reduce((count, { frame }) => Math.max(count, frame + 1), 1);
