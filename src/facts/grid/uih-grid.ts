import type { DataSet } from '../../dicom/index.ts';
import { knownValue } from '../fact.ts';
import { numberFacts } from '../fact-table.ts';
import type { NumberFacts, SliceFacts } from '../image-facts.ts';
import { readNumbers } from '../read-numbers.ts';
import { cross, dot, slicesOfTiles, vectorOf } from './tiles.ts';

/**
 * The slices of a United Imaging grid (VFRAME), in the order of its tiles: from the top left, row
 * by row, as many rows as are needed. Each tile has an item with its own position; they follow each
 * other as those lie; a single one, along the normal. None where an item has no position, or they do not
 * lie along the normal.
 *
 * @param items of the sequence that tells of the tiles
 */
export function uihSlices(numbers: NumberFacts, items: readonly DataSet[]): readonly SliceFacts[] {
  const [rows, columns] = [knownValue(numbers.rows), knownValue(numbers.columns)];
  const cosines = knownValue(numbers.orientation);
  const [along, down] = [vectorOf(cosines), vectorOf(cosines?.slice(3))];
  const positions = items.map((item) =>
    vectorOf(knownValue(readNumbers(item, numberFacts.position))),
  );
  const [first, second] = positions;
  if (rows === undefined || columns === undefined) return [];
  if (along === undefined || down === undefined) return [];
  if (first === undefined) return [];
  if (!positions.every((position) => position !== undefined)) return [];
  const normal = cross(along, down);
  const step = second?.map((value, axis) => value - (first[axis] ?? 0)) ?? normal;
  const agreement = dot(step, normal);
  if (agreement === 0) return [];
  const tiles = positions.length;
  const across = Math.ceil(Math.sqrt(tiles));
  return slicesOfTiles({
    tiles,
    rows,
    columns,
    across,
    down: Math.ceil(tiles / across),
    positions,
    direction: agreement < 0 ? -1 : 1,
  });
}
