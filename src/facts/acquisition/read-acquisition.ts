import { type DataSet, isUid, sopClass, tag as t } from '../../dicom/index.ts';
import { knownValue } from '../fact.ts';
import { codeText, wordsOf } from '../read-text.ts';
import { canonGroup } from '../vendors/canon/split-series.ts';
import { siemensGroup } from '../vendors/siemens/split-series.ts';
import { type AcquisitionGroup, oneText, type ProposedGroup } from './acquisition-group.ts';
import { statedGroup } from './stated-group.ts';

/** What of an instance a group is read from. */
export interface GroupSource {
  /** As it came. */
  readonly header: DataSet;
  readonly sopClassUid: string;
  /** A text as a name that says nothing of it: equal for equal texts. */
  readonly groupNameOf: (text: string) => string;
}

/** One reader a vendor that is known to split, and behind them what the standard's elements state. */
const readers: readonly ((header: DataSet) => ProposedGroup | undefined)[] = [
  siemensGroup,
  canonGroup,
  statedGroup,
];

/** Places are few; one beyond is no place. */
const placeMax = 65_535;

/**
 * The acquisition of which the image's series is a part; undefined unless elements prove it. Only
 * single-frame MR, as it was acquired: what was computed is no part of an acquisition, and takes
 * numbers of its own. Never throws.
 */
export function readAcquisition(source: GroupSource): AcquisitionGroup | undefined {
  const { header, sopClassUid, groupNameOf } = source;
  if (sopClassUid !== sopClass.MRImageStorage || !isOriginal(header)) return undefined;
  const study = oneText(header, 'StudyInstanceUID') ?? '';
  const frame = oneText(header, 'FrameOfReferenceUID') ?? '';
  if (!isUid(study) || !isUid(frame)) return undefined;
  for (const read of readers) {
    const proposed = read(header);
    if (proposed === undefined || proposed.place > placeMax) continue;
    const { identifiers, place, expected, onePlace } = proposed;
    const id = groupNameOf(JSON.stringify([study, frame, ...identifiers]));
    return { id, place, expected, onePlace };
  }
  return undefined;
}

function isOriginal(header: DataSet): boolean {
  return wordsOf(knownValue(codeText(header, t.ImageType)) ?? '')[0] === 'ORIGINAL';
}
