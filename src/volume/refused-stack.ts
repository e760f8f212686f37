import type { SourceSlice, StackTrait } from './described-stack.ts';

/** A stack that is no volume, why, and what it is made of. */
export interface RefusedStack {
  /** Of the images alone: never of how they came. */
  readonly code: string;
  /** In any order. */
  readonly slices: readonly SourceSlice[];
  /** What tells it from the other stacks of its series. */
  readonly toldApartBy: readonly StackTrait[];
  /** Those that are for its refusal. */
  readonly corrections: readonly CorrectionTold[];
}

/** What a correction makes of it. */
export interface CorrectionTold {
  readonly name: string;
  /** Why it makes no volume; undefined where it does. */
  readonly refusal: string | undefined;
  /** In any order. */
  readonly leftOut: readonly SourceSlice[];
}
