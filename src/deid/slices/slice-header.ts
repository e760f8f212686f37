import {
  type DataElement,
  type DataSet,
  dataSetOf,
  elementOf,
  getStrings,
  type Keyword,
  type Tag,
  tag as t,
} from '../../dicom/index.ts';
import { type ImageFacts, knownValue } from '../../facts/index.ts';
import { present } from '../../lib/assert.ts';
import { decimalString } from './decimal-string.ts';

/** Attributes that describe the tiled image and would be wrong of one of its slices. */
const ofTheGrid: readonly Keyword[] = [
  'SliceLocation',
  'NumberOfFrames',
  'ImagesInAcquisition',
  'NumberOfSlices',
  'NumberOfTemporalPositions',
  'SmallestImagePixelValue',
  'LargestImagePixelValue',
  'SmallestPixelValueInSeries',
  'LargestPixelValueInSeries',
  'WindowCenter',
  'WindowWidth',
  'WindowCenterWidthExplanation',
];

/** What a slice is made of. */
export interface SliceSource {
  /** De-identified, of the tiled image. */
  readonly header: DataSet;
  readonly facts: ImageFacts;
  /** Which slice, from 0. */
  readonly index: number;
  readonly sopInstanceUid: string;
}

/**
 * The header of one slice of a tiled image, as of an image that holds it alone: derived, of a source
 * that stays behind, numbered by time and then by place. All that described the grid is made anew
 * or left out.
 *
 * @standard PS3.3 §C.7.6.1.1.2 (Image Type), §C.7.6.1.1.4 (Source Image Sequence), §C.7.6.2 (Image
 *   Plane), §C.8.3.1 (MR Image)
 */
export function sliceHeader({ header, facts, index, sopInstanceUid }: SliceSource): DataSet {
  const slice = present(facts.slices[index], 'a slice of the image');
  const made = new Map<Tag, DataElement>(header);
  for (const keyword of ofTheGrid) made.delete(t[keyword]);
  const time = present(knownValue(facts.instanceNumber), 'a slice has a time');
  const position = present(knownValue(slice.position ?? facts.position), 'a slice has a place');
  const changed = dataSetOf({
    SOPInstanceUID: sopInstanceUid,
    ImageType: imageTypeOf(header),
    InstanceNumber: String((time - 1) * facts.slices.length + index + 1),
    AcquisitionNumber: String(time),
    TemporalPositionIdentifier: String(time),
    ImagePositionPatient: position.map(decimalString),
    Rows: present(knownValue(slice.rows ?? facts.rows), 'a tile has rows'),
    Columns: present(knownValue(slice.columns ?? facts.columns), 'a tile has columns'),
    DerivationDescription: 'Slice of a tiled image',
    SourceImageSequence: [sourceOf(header)],
  });
  for (const [tag, element] of changed) made.set(tag, element);
  return new Map([...made].toSorted(([a], [b]) => a - b));
}

/** Derived, and without the words by which programs know a grid. */
function imageTypeOf(header: DataSet): readonly string[] {
  const [, ...others] = getStrings(header, t.ImageType).map((word) => word.trim());
  const words = others.filter((word) => !/^(MOSAIC|VFRAME)$/i.test(word));
  return ['DERIVED', words[0] ?? 'PRIMARY', ...words.slice(1)];
}

function sourceOf(header: DataSet): DataSet {
  const pairs = [
    [t.ReferencedSOPClassUID, t.SOPClassUID],
    [t.ReferencedSOPInstanceUID, t.SOPInstanceUID],
  ] as const;
  return new Map(
    pairs.map(([tag, from]) => [tag, elementOf(tag, getStrings(header, from)[0] ?? '')]),
  );
}
