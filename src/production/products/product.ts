import type { VolumePlan } from '../../volume/index.ts';

/** A form in which files are made. Whatever names one reads it here. */
export type Product = InstanceProduct | StackProduct;

/** What both kinds say of themselves. */
interface ProductTraits {
  /** What a collection lists it by, and what is behind the first dot of its files' names. */
  readonly name: string;
  readonly mediaType: string;
}

/** One file for each instance: the de-identified object itself. */
export interface InstanceProduct extends ProductTraits {
  readonly of: 'instance';
}

/** One file for each stack. */
export interface StackProduct extends ProductTraits {
  readonly of: 'stack';
  /** What follows the head: nothing, the voxels as they are, or all of the file is compressed. */
  readonly voxels: 'none' | 'plain' | 'gzip';
  /** Format and settings, for the receipt. */
  readonly recipe: readonly { readonly name: string; readonly value: string }[];
  /** Whether a stack has such a file. */
  has(plan: VolumePlan): boolean;
  /** What the file begins with; all of it where no voxels follow. */
  head(plan: VolumePlan): Uint8Array;
}
