import type { AcquisitionGroup } from '../facts/index.ts';
import type { PlanSlice, VolumePlan } from './volume-format.ts';

/** A slice of a stack, and the object that it is of. */
export interface SourceSlice {
  /** The object's pseudonymous SOP Instance UID. */
  readonly instanceUid: string;
  /** Which of the object's slices it is; counts from 1. */
  readonly number: number;
  readonly slice: PlanSlice;
}

/** A stack that is a volume, and what it is made of. */
export interface DescribedStack {
  readonly plan: VolumePlan;
  /** In the order of the file. */
  readonly slices: readonly SourceSlice[];
  /** Of a last volume that is not whole, and in no file. */
  readonly leftOut: readonly SourceSlice[];
  /** What tells it from the other stacks of its series. */
  readonly toldApartBy: readonly StackTrait[];
  /** The acquisition of which its series is a part; not there where that is none, or not known. */
  readonly acquisition?: AcquisitionGroup;
}

/** By which element stacks of a series differ, and what this one has there. */
export interface StackTrait {
  readonly name: string;
  readonly value: string;
}

/** An order of slices: by the UIDs of their objects, then as those hold them. */
export function compareSources(a: SourceSlice, b: SourceSlice): number {
  if (a.instanceUid !== b.instanceUid) return a.instanceUid < b.instanceUid ? -1 : 1;
  return a.number - b.number;
}

/** Order slices as their file has them. `ofPlan` is in the order of the plan's `placeOf`. */
export function slicesInFile(
  { slices, volumes, placeOf }: VolumePlan,
  ofPlan: readonly SourceSlice[],
): readonly SourceSlice[] {
  const inFile = new Array<SourceSlice>(slices * volumes);
  for (const [at, slice] of ofPlan.entries()) {
    const place = placeOf[at] ?? -1;
    // A slice of a volume that is not whole has none.
    if (place >= 0) inFile[place] = slice;
  }
  return inFile;
}
