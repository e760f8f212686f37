import type { DataElement } from '../../../dicom/index.ts';
import type { Steps } from '../../../lib/streams/steps.ts';
import type { PrivateName } from '../../private-elements.ts';
import { numberAs, privateElement, type ScanPlaces } from '../../scan/elements.ts';
import type { ScanProposal } from '../../scan/scan-facts.ts';
import { unitVector } from '../../scan/standard-scan.ts';
import { shownScale } from './shown-scale.ts';

const imaging = 'Philips Imaging DD 001';
const mr = 'Philips MR Imaging DD 001';

const names = {
  bValue: { creator: imaging, group: 0x2001, element: 0x03 },
  epiFactor: { creator: imaging, group: 0x2001, element: 0x13 },
  waterFatShift: { creator: imaging, group: 0x2001, element: 0x22 },
  directionRl: { creator: mr, group: 0x2005, element: 0xb0 },
  directionAp: { creator: mr, group: 0x2005, element: 0xb1 },
  directionFh: { creator: mr, group: 0x2005, element: 0xb2 },
} as const satisfies Readonly<Record<string, PrivateName>>;

/** What the elements of Philips say of a scan. Directions are in the patient's LPS frame. */
export function* philipsScan(places: ScanPlaces): Steps<ScanProposal> {
  const number = (name: PrivateName, vr: 'FL' | 'SL'): number | undefined =>
    numberAs(privateElement(places.all, name) satisfies DataElement | undefined, vr);
  const direction = [names.directionRl, names.directionAp, names.directionFh].map((name) =>
    number(name, 'FL'),
  );
  return {
    bValue: number(names.bValue, 'FL'),
    direction: direction.every((value) => value !== undefined) ? unitVector(direction) : undefined,
    epiFactor: number(names.epiFactor, 'SL'),
    waterFatShift: number(names.waterFatShift, 'FL'),
    ...(yield* shownScale(places)),
  };
}
