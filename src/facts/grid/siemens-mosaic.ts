import type { DataSet } from '../../dicom/index.ts';
import { knownValue } from '../fact.ts';
import type { AcquisitionFacts, NumberFacts, SliceFacts } from '../image-facts.ts';
import type { CsaItems } from './csa-header.ts';
import { plainNumbers } from './numbers.ts';
import { cross, dot, slicesOfTiles, vectorOf } from './tiles.ts';

/** What a mosaic is read from. */
export interface MosaicSource {
  readonly header: DataSet;
  readonly numbers: NumberFacts & AcquisitionFacts;
  readonly tiles: number;
  readonly csa: CsaItems;
}

/** Names of the CSA header's tags that tell of tiles. */
export const mosaicTags: ReadonlySet<string> = new Set([
  'NumberOfImagesInMosaic',
  'SliceNormalVector',
  'ProtocolSliceNumber',
]);

/**
 * The slices of a Siemens mosaic, in the order of its tiles: from the top left, row by row, in a
 * square. Its position is that of a slice as large as the mosaic around the same centre. They
 * follow each other along the Slice Normal Vector, whose sign decides, by Spacing Between Slices.
 * None where one of these is not stated: nothing is guessed.
 */
export function mosaicSlices({ numbers, tiles, csa }: MosaicSource): readonly SliceFacts[] {
  const [rows, columns] = [knownValue(numbers.rows), knownValue(numbers.columns)];
  const cosines = knownValue(numbers.orientation);
  const [along, down] = [vectorOf(cosines), vectorOf(cosines?.slice(3))];
  const corner = vectorOf(knownValue(numbers.position));
  const [rowMm, columnMm] = knownValue(numbers.pixelSpacing) ?? [];
  const spacingMm = tiles === 1 ? 0 : knownValue(numbers.spacingBetweenSlices);
  const stated = vectorOf(plainNumbers(csa.get('SliceNormalVector') ?? []));
  if (rows === undefined || columns === undefined || corner === undefined) return [];
  if (along === undefined || down === undefined || stated === undefined) return [];
  if (rowMm === undefined || columnMm === undefined) return [];
  if (spacingMm === undefined || (spacingMm <= 0 && tiles > 1)) return [];
  const normal = cross(along, down);
  const agreement = dot(stated, normal);
  // It is the normal or its opposite; anything else is another image's.
  if (Math.abs(Math.abs(agreement) - 1) > normalTolerance) return [];
  const sign = agreement < 0 ? -1 : 1;
  const side = Math.ceil(Math.sqrt(tiles));
  const moved = {
    along: ((columns - columns / side) / 2) * columnMm,
    down: ((rows - rows / side) / 2) * rowMm,
  };
  const first = corner.map(
    (value, axis) => value + moved.along * (along[axis] ?? 0) + moved.down * (down[axis] ?? 0),
  );
  const positions = Array.from({ length: tiles }, (_, tile) =>
    first.map((value, axis) => value + tile * spacingMm * sign * (normal[axis] ?? 0)),
  );
  const inFile = isReversed(csa) ? (-sign as 1 | -1) : sign;
  // What has one slice is as any single image.
  const direction = tiles === 1 ? 1 : inFile;
  return slicesOfTiles({ tiles, rows, columns, across: side, down: side, positions, direction });
}

const normalTolerance = 1e-3;

/** The first image is not the first slice of the protocol: slices are numbered the other way. */
function isReversed(csa: CsaItems): boolean {
  const [number] = plainNumbers(csa.get('ProtocolSliceNumber')?.slice(0, 1) ?? []) ?? [];
  return number !== undefined && number > 1;
}
