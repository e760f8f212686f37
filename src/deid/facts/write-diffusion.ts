import {
  type DataElement,
  elementOf,
  getNumbers,
  sopClass,
  type Tag,
  tag as t,
} from '../../dicom/index.ts';
import { type ImageFacts, weightingOf } from '../../facts/index.ts';

/**
 * Makers in whose classic images the field's converter reads the public elements otherwise: no
 * direction (UIH), nothing (GE), or a direction along the axes of the image (Canon).
 */
const misread: ReadonlySet<string | undefined> = new Set(['UIH', 'GE', 'Canon']);

/**
 * Write the diffusion weighting that only a vendor's own elements state, and the order of its volumes,
 * into the public ones, which leave. Where they would be misread they go, those that are there too: a table of zeros is worse than
 * none. Enhanced images have theirs in their functional groups.
 *
 * @standard PS3.3 §C.8.13.5.9 (MR Diffusion)
 */
export function writeDiffusion(header: Map<Tag, DataElement>, facts: ImageFacts): void {
  if (facts.sopClassUid !== sopClass.MRImageStorage) return;
  if (misread.has(facts.scan?.manufacturer)) {
    header.delete(t.DiffusionBValue);
    header.delete(t.DiffusionGradientOrientation);
    return;
  }
  const { bValue, direction } = weightingOf(facts);
  if (bValue !== undefined) putAbsent(header, t.DiffusionBValue, bValue);
  if (direction !== undefined) putAbsent(header, t.DiffusionGradientOrientation, [...direction]);
  writeOrder(header, facts);
}

/** Which turn a volume of one time has among the weightings, where only the vendor states it. */
function writeOrder(header: Map<Tag, DataElement>, { scan }: ImageFacts): void {
  if (scan?.diffusionOrder === undefined) return;
  const [positions] = getNumbers(header, t.NumberOfTemporalPositions);
  if (positions === undefined ? header.has(t.TemporalPositionIdentifier) : positions > 1) return;
  header.delete(t.NumberOfTemporalPositions);
  const order = elementOf(t.TemporalPositionIdentifier, scan.diffusionOrder);
  header.set(t.TemporalPositionIdentifier, order);
}

function putAbsent(header: Map<Tag, DataElement>, tag: Tag, value: number | number[]): void {
  if (!header.has(tag)) header.set(tag, elementOf(tag, value));
}
