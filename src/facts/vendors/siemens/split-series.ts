import { type DataSet, isUid, tag as t } from '../../../dicom/index.ts';
import {
  groupNumber,
  oneText,
  type ProposedGroup,
  timePointOf,
} from '../../acquisition/acquisition-group.ts';
import { knownValue } from '../../fact.ts';
import { codeText, wordsOf } from '../../read-text.ts';
import { itemsOf } from '../../scan/elements.ts';

/** Software of the X line, whose single-frame export splits; `syngo MR E11` and older do not. */
const xaVersion = /^syngo MR XA\d{2}[A-Z]?$/;

/** Series 16 leaves as 16001, 16002 and on. */
const seriesPerAcquisition = 1000;

/**
 * The group of a series of the single-frame export of XA: each volume, or slice, is a series under a
 * number of its own, which is that of the acquisition in thousands and a place; or all have the
 * number of the acquisition, and say which time point of how many they are.
 */
export function siemensGroup(header: DataSet): ProposedGroup | undefined {
  if (!/^siemens/i.test(oneText(header, 'Manufacturer') ?? '')) return undefined;
  const versions = wordsOf(knownValue(codeText(header, t.SoftwareVersions)) ?? '');
  if (!versions.some((version) => xaVersion.test(version))) return undefined;
  const number = groupNumber(header, 'seriesNumber');
  if (number === undefined) return undefined;
  const timePoint = timePointOf(header);
  const isSplit = number > seriesPerAcquisition;
  const place = isSplit ? number % seriesPerAcquisition : timePoint?.place;
  const acquisition = isSplit ? Math.floor(number / seriesPerAcquisition) : number;
  const identifiers = splitFrom(header) ?? startOf(header, acquisition);
  if (place === undefined || place === 0 || identifiers === undefined) return undefined;
  return {
    identifiers,
    place,
    // How many time points there are says nothing of how many slices.
    expected: timePoint?.place === place ? timePoint.expected : undefined,
    onePlace: false,
  };
}

/** References of a header are few; with more, none is looked at. */
const referencesMax = 16;

/**
 * The series of multi-frame images that was split, where the header names it: the one that holds the
 * same under another SOP class.
 *
 * @standard PS3.3 §C.7.3.1 (Related Series Sequence), PS3.16 Annex D (121326)
 */
function splitFrom(header: DataSet): readonly string[] | undefined {
  const references = itemsOf(header.get(t.RelatedSeriesSequence));
  if (references.length > referencesMax) return undefined;
  const named = [...references]
    .filter(isAlternate)
    .map((item) => oneText(item, 'SeriesInstanceUID'));
  const [series, another] = new Set(named);
  if (series === undefined || another !== undefined || !isUid(series)) return undefined;
  return ['siemens', 'split from', series];
}

function isAlternate(reference: DataSet): boolean {
  const [purpose] = itemsOf(reference.get(t.PurposeOfReferenceCodeSequence));
  if (purpose === undefined || oneText(purpose, 'CodingSchemeDesignator') !== 'DCM') return false;
  return oneText(purpose, 'CodeValue') === '121326';
}

/**
 * What is one acquisition has one Series Time: without it a number proves nothing, since numbers
 * begin anew where a patient is registered again.
 */
function startOf(header: DataSet, acquisition: number): readonly string[] | undefined {
  const date = oneText(header, 'SeriesDate');
  const time = oneText(header, 'SeriesTime');
  if (date === undefined || time === undefined) return undefined;
  const protocol = oneText(header, 'ProtocolName') ?? '';
  return ['siemens', 'begun', String(acquisition), date, time, protocol];
}
