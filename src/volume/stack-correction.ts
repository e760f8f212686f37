import type { Result } from '../lib/result.ts';
import type { VolumeRefusal } from './errors.ts';
import type { Slice } from './slice.ts';

/**
 * A way to make a volume of a stack that is refused as it is. Whoever wants it asks for it by its
 * name: what it makes is in no file of another name.
 */
export interface StackCorrection {
  /** Stands in the names of its files: lower-case words, joined by hyphens. */
  readonly name: string;
  /** Why stacks are refused of which it may make a volume. */
  readonly corrects: ReadonlySet<VolumeRefusal>;
  /**
   * Which slices to make a volume of, or why it cannot tell. What they make is planned as any stack
   * is: a correction proves nothing but its own choice. Neither the choice nor the code may depend on
   * the order of `slices`.
   *
   * @param slices all of the stack; alike in size and directions
   * @returns indices into `slices`
   */
  keep(slices: readonly Slice[]): Result<readonly number[], VolumeRefusal>;
}
