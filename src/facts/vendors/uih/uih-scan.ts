import { type DataElement, type DataSet, tag as t } from '../../../dicom/index.ts';
import { factLimits } from '../../limits.ts';
import { type PrivateName, textOf } from '../../private-elements.ts';
import {
  itemsOf,
  numberAs,
  numbersAs,
  privateElement,
  type ScanPlaces,
  standardElement,
  wordOf,
} from '../../scan/elements.ts';
import type { ScanProposal } from '../../scan/scan-facts.ts';
import { unitVector } from '../../scan/standard-scan.ts';

const image = 'Image Private Header';

const names = {
  phaseDisplayed: { creator: image, group: 0x0065, element: 0x05 },
  bValue: { creator: image, group: 0x0065, element: 0x09 },
  acceleration: { creator: image, group: 0x0065, element: 0x0d },
  direction: { creator: image, group: 0x0065, element: 0x37 },
  tiles: { creator: image, group: 0x0065, element: 0x51 },
  phaseFlipped: { creator: image, group: 0x0065, element: 0x58 },
  bandwidth: { creator: 'UIH', group: 0x0019, element: 0x28 },
} as const satisfies Readonly<Record<string, PrivateName>>;

/** What the elements of United Imaging say of a scan. */
export function uihScan(places: ScanPlaces): ScanProposal {
  const element = (name: PrivateName): DataElement | undefined => privateElement(places.all, name);
  const flipped = numberAs(element(names.phaseFlipped), 'IS');
  const [, inPlane] =
    /^F:(\d{1,2}(?:\.\d{1,2})?)S/.exec(wordOf(element(names.acceleration)) ?? '') ?? [];
  const tiles = itemsOf(element(names.tiles));
  return {
    bValue: numberAs(element(names.bValue), 'FD'),
    direction: patientDirection(places, numbersAs(element(names.direction), 'FD')),
    phaseDisplayed: wordOf(element(names.phaseDisplayed)),
    phasePolarity: flipped === 1 ? 'negative' : flipped === 0 ? 'positive' : undefined,
    ...(inPlane === undefined ? {} : { accelerationInPlane: Number(inPlane) }),
    bandwidthPerPixelPhaseEncode: numberAs(element(names.bandwidth), 'FD'),
    sliceTimes: timesOf(tiles),
    readoutTime: numberAs(tiles[0]?.get(t.AcquisitionDuration), 'FD'),
  };
}

/** The vendor's direction is along rows, columns and slices of the image. */
function patientDirection(
  places: ScanPlaces,
  inImage: readonly number[] | undefined,
): readonly number[] | undefined {
  const given = unitVector(inImage);
  const cosines = numbersAs(standardElement(places.standard, 'ImageOrientationPatient'), 'DS');
  if (given === undefined || cosines?.length !== 6) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = cosines;
  const normal = [b * f - c * e, c * d - a * f, a * e - b * d];
  const [x = 0, y = 0, z = 0] = given;
  return unitVector(
    [0, 1, 2].map(
      (axis) => x * (cosines[axis] ?? 0) + y * (cosines[axis + 3] ?? 0) + z * (normal[axis] ?? 0),
    ),
  );
}

const dayMs = 86_400_000;

/** Acquisition Time of each tile, as differences to the earliest; across midnight too. */
function timesOf(tiles: readonly DataSet[]): readonly number[] | undefined {
  const clock = tiles.map((tile) => clockMs(tile.get(t.AcquisitionTime)));
  const [first] = clock;
  if (first === undefined || !clock.every((time) => time !== undefined)) return undefined;
  const offsets = clock.map((time) => ((time - first + 1.5 * dayMs) % dayMs) - dayMs / 2);
  const earliest = Math.min(...offsets);
  return offsets.map((time) => time - earliest);
}

/** Of `HHMMSS.FFFFFF`, in ms since midnight. @standard PS3.5 Table 6.2-1 */
function clockMs(element: DataElement | undefined): number | undefined {
  if (
    element === undefined ||
    element.vr === 'SQ' ||
    element.value.length > factLimits.csaTextMaxBytes
  ) {
    return undefined;
  }
  const parts = /^([01]\d|2[0-3])([0-5]\d)([0-5]\d(?:\.\d{1,6})?)$/.exec(textOf(element));
  if (parts === null) return undefined;
  return (Number(parts[1]) * 3600 + Number(parts[2]) * 60 + Number(parts[3])) * 1000;
}
