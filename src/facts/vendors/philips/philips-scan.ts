import type { DataElement } from '../../../dicom/index.ts';
import type { Steps } from '../../../lib/streams/steps.ts';
import type { PrivateName } from '../../private-elements.ts';
import { numberAs, privateElement, type ScanPlaces, wordOf } from '../../scan/elements.ts';
import type { ScanProposal } from '../../scan/scan-facts.ts';
import { unitVector } from '../../scan/standard-scan.ts';
import { shownScale } from './shown-scale.ts';

const imaging = 'Philips Imaging DD 001';
const mr = 'Philips MR Imaging DD 001';
const mrFrame = 'Philips MR Imaging DD 005';
const mrVolume = 'Philips MR Imaging DD 006';

const names = {
  bValue: { creator: imaging, group: 0x2001, element: 0x03 },
  epiFactor: { creator: imaging, group: 0x2001, element: 0x13 },
  waterFatShift: { creator: imaging, group: 0x2001, element: 0x22 },
  bNumber: { creator: mrFrame, group: 0x2005, element: 0x12 },
  gradientNumber: { creator: mrFrame, group: 0x2005, element: 0x13 },
  diffusionOrder: { creator: mrVolume, group: 0x2005, element: 0x96 },
  labelling: { creator: mrFrame, group: 0x2005, element: 0x29 },
  directionRl: { creator: mr, group: 0x2005, element: 0xb0 },
  directionAp: { creator: mr, group: 0x2005, element: 0xb1 },
  directionFh: { creator: mr, group: 0x2005, element: 0xb2 },
} as const satisfies Readonly<Record<string, PrivateName>>;

/** What the elements of Philips say of a scan. Directions are in the patient's LPS frame. */
export function* philipsScan(places: ScanPlaces): Steps<ScanProposal> {
  const number = (name: PrivateName, vr: 'FL' | 'SL' | 'IS'): number | undefined =>
    numberAs(privateElement(places.all, name) satisfies DataElement | undefined, vr);
  const direction = [names.directionRl, names.directionAp, names.directionFh].map((name) =>
    number(name, 'FL'),
  );
  return {
    bValue: number(names.bValue, 'FL'),
    direction: direction.every((value) => value !== undefined) ? unitVector(direction) : undefined,
    diffusionOrder:
      number(names.diffusionOrder, 'IS') ??
      orderOf(number(names.bNumber, 'IS'), number(names.gradientNumber, 'IS')),
    labelling: wordOf(privateElement(places.all, names.labelling)),
    epiFactor: number(names.epiFactor, 'SL'),
    waterFatShift: number(names.waterFatShift, 'FL'),
    ...(yield* shownScale(places)),
  };
}

/** Gradients are counted within their b-value. */
const gradientsMax = 1023;

/** By b-value, then by gradient: what older software states of a volume's turn. */
function orderOf(bNumber: number | undefined, gradient: number | undefined): number | undefined {
  if (bNumber === undefined || gradient === undefined) return undefined;
  if (bNumber < 0 || gradient < 0 || gradient > gradientsMax) return undefined;
  return bNumber * (gradientsMax + 1) + gradient;
}
