import { type DataElement, tag as t } from '../../../dicom/index.ts';
import type { PrivateName } from '../../private-elements.ts';
import { timesBetween } from '../../scan/clock.ts';
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
    sliceTimes: timesBetween(tiles.map((tile) => tile.get(t.AcquisitionTime))),
    readoutTime: numberAs(tiles.at(0)?.get(t.AcquisitionDuration), 'FD'),
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
