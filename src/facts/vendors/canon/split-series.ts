import { type DataSet, tag as t } from '../../../dicom/index.ts';
import { groupNumber, oneText, type ProposedGroup } from '../../acquisition/acquisition-group.ts';
import { knownValue } from '../../fact.ts';
import { codeText, wordsOf } from '../../read-text.ts';

/** Software that is known to split; other software counts other things there. */
const splittingVersion = /^V6\.0(?!\d)/;

/** UIDs that the maker's scanners give: those of all slices of an acquisition, and which slice it is. */
const sliceSeriesUid = /^(1\.2\.392\.200036\.9116\.[0-9.]+)\.([1-9]\d{0,4})$/;

/**
 * The group of a series of the single-frame export of V6.0, which puts each slice of an acquisition
 * over time into a series of its own: one number for all, and UIDs that end in the slice's.
 */
export function canonGroup(header: DataSet): ProposedGroup | undefined {
  if (!/^(canon|toshiba)/i.test(oneText(header, 'Manufacturer') ?? '')) return undefined;
  const versions = wordsOf(knownValue(codeText(header, t.SoftwareVersions)) ?? '');
  const number = groupNumber(header, 'seriesNumber');
  const parts = sliceSeriesUid.exec(oneText(header, 'SeriesInstanceUID') ?? '');
  if (!versions.some((version) => splittingVersion.test(version))) return undefined;
  if (number === undefined || parts === null) return undefined;
  const [, acquisition = '', place] = parts;
  const protocol = oneText(header, 'ProtocolName') ?? '';
  return {
    identifiers: ['canon', String(number), acquisition, protocol],
    place: Number(place),
    expected: undefined,
    // Other series of theirs have such UIDs too, and hold many slices.
    onePlace: true,
  };
}
