import { type DataSet, getUid, tag } from '../dicom/index.ts';
import { holdsNoImage, knownValue, numberFacts, readNumbers } from '../facts/index.ts';
import { present } from '../lib/assert.ts';
import { positionOf } from './slice.ts';
import { cross, dot, scale, subtract, type Vector3 } from './vector.ts';

/**
 * The order in which to ask a PACS for slices so that they come in the order of the volume:
 * ascending along the slice normal. Only a wish: planning does not depend on it, but slices that
 * come in another order have to wait in memory for their turn.
 *
 * @param records IMAGE-level query answers; without positions the order stays as it is
 * @returns indices into `records`
 */
export function retrieveOrder(records: readonly (DataSet | undefined)[]): readonly number[] {
  const indices = records.map((_, index) => index);
  const isImage = (index: number): boolean => !isWithoutImage(records[index]);
  const images = indices.filter(isImage);
  const rest = indices.filter((index) => !isImage(index));
  return [...alongNormal(images, records), ...rest];
}

/** Objects that hold no image have no place; they come last. */
function isWithoutImage(record: DataSet | undefined): boolean {
  return record !== undefined && holdsNoImage(getUid(record, tag.SOPClassUID));
}

function alongNormal(
  indices: readonly number[],
  records: readonly (DataSet | undefined)[],
): readonly number[] {
  const positions = new Map<number, Vector3>();
  for (const index of indices) {
    const record = records[index];
    const position = record === undefined ? undefined : positionOf(record);
    if (position === undefined) return indices;
    positions.set(index, position);
  }
  const direction = normalOf(records[indices[0] ?? 0]) ?? lineOf([...positions.values()]);
  if (direction === undefined) return indices;
  const along = (index: number): number =>
    dot(present(positions.get(index), 'a position of each'), direction);
  return indices.toSorted((a, b) => along(a) - along(b));
}

function normalOf(record: DataSet | undefined): Vector3 | undefined {
  const values =
    record === undefined ? undefined : knownValue(readNumbers(record, numberFacts.orientation));
  if (values === undefined) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = values;
  return cross([a, b, c], [d, e, f]);
}

/** From the first position to the one farthest from it, upwards along its largest axis. */
function lineOf(positions: readonly Vector3[]): Vector3 | undefined {
  const [first] = positions;
  if (first === undefined) return undefined;
  let line = subtract(first, first);
  for (const position of positions) {
    const candidate = subtract(position, first);
    if (dot(candidate, candidate) > dot(line, line)) line = candidate;
  }
  const largest = line.reduce((most, part) => (Math.abs(part) > Math.abs(most) ? part : most), 0);
  return largest < 0 ? scale(line, -1) : line;
}
