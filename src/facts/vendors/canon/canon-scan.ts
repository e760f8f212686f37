import { plainNumbers } from '../../grid/numbers.ts';
import { numbersAs, type ScanPlaces, standardElement, wordOf } from '../../scan/elements.ts';
import type { ScanProposal } from '../../scan/scan-facts.ts';
import { unitVector } from '../../scan/standard-scan.ts';

/** What some software of Canon writes into Image Comments, and nothing else of it. */
const comment =
  /^b=(\d{1,6}(?:\.\d{1,6})?)\(([+-]?\d(?:\.\d{1,9})?),([+-]?\d(?:\.\d{1,9})?),([+-]?\d(?:\.\d{1,9})?)\)$/;

/**
 * What Canon says of diffusion in a comment, as `b=1500(x,y,z)`: four numbers of a closed grammar;
 * the rest of a comment is not read. The direction is along columns, against rows and along slices.
 */
export function canonScan(places: ScanPlaces): ScanProposal {
  const maker = wordOf(standardElement(places.standard, 'Manufacturer')) ?? '';
  if (!/^(canon|toshiba)/i.test(maker)) return {};
  const parts = comment.exec(wordOf(standardElement(places.standard, 'ImageComments')) ?? '');
  const [bValue, x = 0, y = 0, z = 0] = plainNumbers(parts?.slice(1) ?? []) ?? [];
  const cosines = numbersAs(standardElement(places.standard, 'ImageOrientationPatient'), 'DS');
  if (bValue === undefined || cosines?.length !== 6) return {};
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = cosines;
  const normal = [b * f - c * e, c * d - a * f, a * e - b * d];
  const direction = [0, 1, 2].map(
    (axis) => y * (cosines[axis] ?? 0) - x * (cosines[axis + 3] ?? 0) + z * (normal[axis] ?? 0),
  );
  return { bValue, direction: unitVector(direction) };
}
