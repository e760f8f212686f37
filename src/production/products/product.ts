import type { DescribedStack, RefusedStack, VolumePlan } from '../../volume/index.ts';

/** A form in which files are made. Whatever names one reads it here. */
export type Product = InstanceProduct | StackProduct;

/** What all kinds say of themselves. */
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
export type StackProduct = VoxelProduct | TextProduct;

interface StackProductTraits extends ProductTraits {
  readonly of: 'stack';
  /** Format and settings, for the receipt. */
  readonly recipe: readonly { readonly name: string; readonly value: string }[];
}

/** The voxels of a stack behind a head. */
export interface VoxelProduct extends StackProductTraits {
  /** The voxels as they are, or all of the file is compressed. */
  readonly voxels: 'plain' | 'gzip';
  /** Stored values, whose scale the head states; or the values that they stand for. */
  readonly values: 'stored' | 'output';
  /** It shows only stacks that are refused, as the correction of this name makes them; default: none. */
  readonly correction?: string;
  /** Whether a stack has such a file. */
  has(plan: VolumePlan): boolean;
  /** What the file begins with. */
  head(plan: VolumePlan): Uint8Array;
}

/** A text about a stack, made when all its headers are known. */
export interface TextProduct extends StackProductTraits {
  readonly voxels: 'none';
  /** Whether a stack has such a file. */
  has(stack: DescribedStack): boolean;
  text(stack: DescribedStack): string;
  /** Of a stack that is no volume; not there where it says nothing of one. */
  textOfRefused?(stack: RefusedStack): string;
}
