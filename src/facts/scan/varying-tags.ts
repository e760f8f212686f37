import {
  type DataElement,
  type DataSet,
  type ItemList,
  type Keyword,
  type Tag,
  tag as t,
} from '../../dicom/index.ts';
import { equalBytes } from '../../lib/bytes/bytes.ts';
import type { Steps } from '../../lib/streams/steps.ts';
import { itemsOf } from './elements.ts';

/** Macros that say how frames were acquired. @standard PS3.3 §C.8.13.5 */
const macros: readonly Keyword[] = [
  'MRTimingAndRelatedParametersSequence',
  'MRFOVGeometrySequence',
  'MRModifierSequence',
  'MRImagingModifierSequence',
  'MRAveragesSequence',
];

/**
 * Elements of which frames state different things, as planes of a scout their directions of phase: what
 * the first says is not true of the others.
 */
export function* varyingTags(frames: ItemList): Steps<ReadonlySet<Tag>> {
  const varying = new Set<Tag>();
  let first: DataSet | undefined;
  for (const frame of frames) {
    first ??= frame;
    for (const macro of macros) {
      const [one, other] = [first.get(t[macro]), frame.get(t[macro])];
      // Frames that say the same share it.
      if (one !== other) for (const tag of differingTags(one, other)) varying.add(tag);
    }
    yield;
  }
  return varying;
}

function differingTags(
  one: DataElement | undefined,
  other: DataElement | undefined,
): readonly Tag[] {
  const [a, b] = [one, other].map((element): DataSet => itemsOf(element).at(0) ?? new Map());
  const tags = new Set([...(a?.keys() ?? []), ...(b?.keys() ?? [])]);
  return [...tags].filter((tag) => !isSame(a?.get(tag), b?.get(tag)));
}

/** What lies in sequences explains no volume. */
function isSame(one: DataElement | undefined, other: DataElement | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  if (one.vr === 'SQ' || other.vr === 'SQ') return true;
  return equalBytes(one.value, other.value);
}
