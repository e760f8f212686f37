import type { VolumeRefusal } from './errors.ts';
import { volumeLimits } from './limits.ts';
import type { Slice } from './slice.ts';
import type { Vector3 } from './vector.ts';
import type { PixelFormat, SliceGeometry } from './volume-format.ts';

/** A slice without its place: what all slices of a stack have in common. */
export interface StackTraits {
  readonly sopClassUid: string;
  readonly geometry: Omit<SliceGeometry, 'positionLps'>;
  readonly format: PixelFormat;
  readonly kind: string;
}

/** Why `other` is not of the stack of `first`, undefined if it is. Positions are not compared. */
export function differenceOf(first: StackTraits, other: Slice): VolumeRefusal | undefined {
  if (!isSameGrid(first.geometry, other.geometry)) return 'VOLUME_MIXED_SIZE';
  if (!isSameOrientation(first.geometry, other.geometry)) return 'VOLUME_MIXED_ORIENTATION';
  if (!isSameStorage(first.format, other.format)) return 'VOLUME_MIXED_PIXEL_FORMAT';
  if (first.sopClassUid !== other.sopClassUid) return 'VOLUME_SEVERAL_STACKS';
  return first.kind === other.kind ? undefined : 'VOLUME_SEVERAL_STACKS';
}

type Grid = StackTraits['geometry'];

export function isSameGrid(a: Grid, b: Grid): boolean {
  const isSame = (x: number, y: number): boolean =>
    Math.abs(x - y) <= volumeLimits.inPlaneSpacingTolerance * x;
  return (
    a.rows === b.rows &&
    a.columns === b.columns &&
    isSame(a.rowSpacingMm, b.rowSpacingMm) &&
    isSame(a.columnSpacingMm, b.columnSpacingMm)
  );
}

export function isSameOrientation(a: Grid, b: Grid): boolean {
  const isSame = (x: Vector3, y: Vector3): boolean =>
    x.every((cosine, axis) => {
      return Math.abs(cosine - (y[axis] ?? 0)) <= volumeLimits.orientationTolerance;
    });
  return (
    isSame(a.rowDirectionLps, b.rowDirectionLps) &&
    isSame(a.columnDirectionLps, b.columnDirectionLps)
  );
}

function isSameStorage(a: PixelFormat, b: PixelFormat): boolean {
  return (
    a.bitsAllocated === b.bitsAllocated &&
    a.bitsStored === b.bitsStored &&
    a.highBit === b.highBit &&
    a.signed === b.signed &&
    a.floating === b.floating &&
    a.bigEndian === b.bigEndian &&
    a.colour === b.colour
  );
}
