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

/** Undefined where the list does not give all positions, or different shapes: then there is none. */
export function listedStack(images: readonly ExpectedInstanceOfJob[]): ListedStack | undefined {
  const positions: Vector3[] = [];
  const shapes: (SliceShape | undefined)[] = [];
  for (const { record } of images) {
    const header = record === undefined ? undefined : readDeidentified(record);
    const position = header === undefined ? undefined : positionOf(header);
    if (header === undefined || position === undefined) return undefined;
    positions.push(position);
    shapes.push(shapeOf(header));
  }
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
