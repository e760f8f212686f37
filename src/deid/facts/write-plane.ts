import { type DataElement, elementOf, type Tag, tag as t } from '../../dicom/index.ts';
import { type ImageFacts, knownValue } from '../../facts/index.ts';
import { decimalString } from '../slices/decimal-string.ts';

/**
 * State how an image lies whose rows are stored last first: columns run the other way, and the first
 * pixel is where the header has the last row. What would not be true goes.
 *
 * @standard PS3.3 §C.7.6.2.1.1 (Image Position and Image Orientation), §C.7.6.1.1.1 (Patient Orientation)
 */
export function writePlane(header: Map<Tag, DataElement>, facts: ImageFacts): void {
  if (knownValue(facts.polarity) !== 'reversed') return;
  for (const tag of planeTags) header.delete(tag);
  const position = knownValue(facts.position);
  const orientation = knownValue(facts.orientation);
  const [rowSpacing] = knownValue(facts.pixelSpacing) ?? [];
  const rows = knownValue(facts.rows);
  if (position === undefined || orientation === undefined) return;
  if (rowSpacing === undefined || rows === undefined) return;
  const column = orientation.slice(3);
  const reach = (rows - 1) * rowSpacing;
  const first = position.map((at, axis) => at + reach * (column[axis] ?? 0));
  const turned = [...orientation.slice(0, 3), ...column.map((cosine) => 0 - cosine)];
  const { ImagePositionPatient, ImageOrientationPatient } = t;
  header.set(ImagePositionPatient, elementOf(ImagePositionPatient, first.map(decimalString)));
  header.set(
    ImageOrientationPatient,
    elementOf(ImageOrientationPatient, turned.map(decimalString)),
  );
}

const planeTags: readonly Tag[] = [
  t.ImagePositionPatient,
  t.ImageOrientationPatient,
  t.PatientOrientation,
];
