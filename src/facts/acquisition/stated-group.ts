import { type DataSet, isUid, tag as t } from '../../dicom/index.ts';
import { knownValue } from '../fact.ts';
import { codeText } from '../read-text.ts';
import { oneText, type ProposedGroup, timePointOf } from './acquisition-group.ts';

/**
 * The group of a series by elements of the standard alone, whoever made it: of the same continuous
 * gathering of data, one of several time points. What was made otherwise of the same data (phase beside magnitude,
 * another echo) is a group of its own.
 *
 * @standard PS3.3 §C.7.10.1 (Acquisition UID), §C.8.3.1 (Temporal Position Identifier)
 */
export function statedGroup(header: DataSet): ProposedGroup | undefined {
  const acquisition = oneText(header, 'AcquisitionUID');
  const timePoint = timePointOf(header);
  if (acquisition === undefined || !isUid(acquisition) || timePoint === undefined) return undefined;
  const kind = [t.ImageType, t.EchoNumbers].map((tag) => knownValue(codeText(header, tag)) ?? '');
  return {
    identifiers: ['stated', acquisition, ...kind.map((text) => text.slice(0, kindMax))],
    ...timePoint,
    onePlace: false,
  };
}

/** Characters by which kinds are told apart: several words of Image Type. */
const kindMax = 256;
