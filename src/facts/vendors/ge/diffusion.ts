import type { DataElement } from '../../../dicom/index.ts';
import type { PrivateName } from '../../private-elements.ts';
import {
  numberAs,
  numbersAs,
  privateElement,
  type ScanPlaces,
  standardElement,
  wordOf,
} from '../../scan/elements.ts';
import type { ScanProposal } from '../../scan/scan-facts.ts';
import { unitVector } from '../../scan/standard-scan.ts';

const acquisition = 'GEMS_ACQU_01';
const names = {
  bValue: { creator: 'GEMS_PARM_01', group: 0x0043, element: 0x39 },
  frequency: { creator: acquisition, group: 0x0019, element: 0xbb },
  phase: { creator: acquisition, group: 0x0019, element: 0xbc },
  slice: { creator: acquisition, group: 0x0019, element: 0xbd },
  directions: { creator: acquisition, group: 0x0019, element: 0xe0 },
} as const satisfies Readonly<Record<string, PrivateName>>;

/** Beyond it lies an offset that some software adds to b. */
const bValueOffset = 1_000_000_000;
/** A vector that is shorter scales b, and one that is much shorter is none. */
const shortest = 0.03;
const whole = 0.97;

/**
 * What GE says of diffusion. Its vector is along frequency, phase and slice, whose signs are known of
 * axial images of a patient who lies head first and supine, with phase along columns; of others
 * the direction is unknown. A b beside no vector is a trace where no directions are counted, else
 * there is none.
 */
export function geDiffusion(places: ScanPlaces): ScanProposal {
  const element = (name: PrivateName): DataElement | undefined => privateElement(places.all, name);
  const coded = numberAs(element(names.bValue), 'IS');
  if (coded === undefined || coded < 0) return {};
  const nominal = coded % bValueOffset;
  const [x, y, z] = [names.frequency, names.phase, names.slice].map((name) =>
    numberAs(element(name), 'DS'),
  );
  if (nominal === 0 || x === undefined || y === undefined || z === undefined) {
    return { bValue: nominal, ...(nominal === 0 ? { direction: [0, 0, 0] } : {}) };
  }
  const length = Math.hypot(x, y, z);
  if (length <= shortest) {
    const count = numberAs(element(names.directions), 'DS') ?? 0;
    return count > 0 ? { bValue: 0, direction: [0, 0, 0] } : { bValue: nominal };
  }
  const isScaled = length < whole;
  return {
    bValue: isScaled ? Math.max(5, Math.round((nominal * length ** 2) / 5) * 5) : nominal,
    direction: patientDirection(places, [x / length, y / length, z / length]),
  };
}

function patientDirection(
  { standard }: ScanPlaces,
  [x, y, z]: readonly [number, number, number],
): readonly number[] | undefined {
  const word = (keyword: 'PatientPosition' | 'InPlanePhaseEncodingDirection') =>
    wordOf(standardElement(standard, keyword));
  const cosines = numbersAs(standardElement(standard, 'ImageOrientationPatient'), 'DS');
  if (word('PatientPosition') !== 'HFS' || cosines?.length !== 6) return undefined;
  if (word('InPlanePhaseEncodingDirection') !== 'COL') return undefined;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = cosines;
  const normal = [b * f - c * e, c * d - a * f, a * e - b * d];
  const isAxial = a > axial && e > axial && (normal[2] ?? 0) > axial;
  if (!isAxial) return undefined;
  return unitVector(
    [0, 1, 2].map(
      (axis) => -x * (cosines[axis] ?? 0) - y * (cosines[axis + 3] ?? 0) + z * (normal[axis] ?? 0),
    ),
  );
}

/** Nearer to its axis than to any other. */
const axial = Math.SQRT1_2;
