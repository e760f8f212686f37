import type { DataSet } from '../dicom/index.ts';
import { readDeidentified } from '../flow/index.ts';
import { positionOf, type SliceShape, shapeOf, type Vector3 } from '../volume/index.ts';
import type { ExpectedInstanceOfJob } from './production.ts';

/** A volume as the list of an archive claims it, before any header came. */
export interface ListedStack {
  /** Of each image, in the order of the list. */
  readonly positions: readonly Vector3[];
  /** Of every image; undefined unless the list says it of all. Only with it is a size certain. */
  readonly shape: SliceShape | undefined;
}

/**
 * Undefined where the list does not give all positions, gives one twice, or different shapes: then
 * there is none.
 */
export function listedStack(images: readonly ExpectedInstanceOfJob[]): ListedStack | undefined {
  const headers: DataSet[] = [];
  const positions: Vector3[] = [];
  for (const { record } of images) {
    const header = record === undefined ? undefined : readDeidentified(record);
    const position = header === undefined ? undefined : positionOf(header);
    if (header === undefined || position === undefined) return undefined;
    headers.push(header);
    positions.push(position);
  }
  // Slices at one place have no order that positions could tell.
  if (new Set(positions.map(String)).size < positions.length) return undefined;
  const shapes = headers.map(shapeOf);
  const [shape] = shapes;
  if (shapes.includes(undefined) || shape === undefined) return { positions, shape: undefined };
  const areAlike = shapes.every((other) => other !== undefined && isSameShape(shape, other));
  return areAlike ? { positions, shape } : undefined;
}

export function isSameShape(one: SliceShape, other: SliceShape): boolean {
  return (
    one.rows === other.rows &&
    one.columns === other.columns &&
    one.bitsAllocated === other.bitsAllocated
  );
}
