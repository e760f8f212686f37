import type { SourceSlice, StackTrait } from './described-stack.ts';

/** A stack that is no volume, why, and what it is made of. */
export interface RefusedStack {
  /** Of the images alone: never of how they came. */
  readonly code: string;
  /** In any order. */
  readonly slices: readonly SourceSlice[];
  /** What tells it from the other stacks of its series. */
  readonly toldApartBy: readonly StackTrait[];
}
