import { type DataSet, dataSetOf, getString, type Tag, tag as t } from '../../dicom/index.ts';
import { meaningOf } from '../profile/code-meanings.ts';

/** Code values by their scheme's own form: a name or a number of the hospital's fits none. */
const schemes: ReadonlyMap<string, RegExp> = new Map([
  ['DCM', /^\d{6}$/],
  ['SCT', /^\d{6,18}$/],
  ['SRT', /^[A-Z]\d?-[0-9A-F]{3,6}$/],
  ['SNM3', /^[A-Z]\d?-[0-9A-F]{3,6}$/],
  ['99SDM', /^[A-Z]\d?-[0-9A-F]{3,6}$/],
  ['FMA', /^\d{4,6}$/],
  ['LN', /^\d{1,5}-\d$/],
  ['NCIt', /^C\d{4,6}$/],
  ['RADLEX', /^RID\d{1,5}$/],
]);

/** Units of measure that images use. Their grammar lets any word pass, so they are listed. */
const units: ReadonlySet<string> = new Set(
  (
    "1 % mm cm m um mm2 cm2 mm3 cm3 ml mL s ms us h min deg rad [hnsf'U] g kg mg/ml g/ml ml/g " +
    'Bq/ml kBq/ml MBq Bq Ci/ml g/ml{SUVbw} {SUVbw}g/ml g/ml{SUVlbm} cm2/ml{SUVbsa} {ratio} ' +
    'mm2/s um2/s 10-6.mm2/s s/mm2 1/s /s /min 1/min mm/s cm/s m/s mT/m T mT Hz kHz MHz ppm ' +
    "[arb'U] keV eV kV kVp mA mAs mGy Gy mmol/l umol/ml mm[Hg] ml/min/ml ml/min/100g ml/100g " +
    '{counts} {counts}/s {propcounts} {propcounts}/s HU BQML'
  ).split(' '),
);

/** A valid code that says nothing. @standard PS3.16, SNOMED CT 261665006 */
export const unknownCode: DataSet = dataSetOf({
  CodeValue: '261665006',
  CodingSchemeDesignator: 'SCT',
  CodeMeaning: 'Unknown',
});

const codeTags: readonly Tag[] = [
  t.CodeValue,
  t.CodingSchemeDesignator,
  t.CodingSchemeVersion,
  t.CodeMeaning,
];

/** Whether an item is a code: whichever of the three forms of a code value it uses. */
export function isCodeItem(item: DataSet): boolean {
  return item.has(t.CodeValue) || item.has(t.LongCodeValue) || item.has(t.URNCodeValue);
}

/**
 * The code of an item as it may leave: value and scheme if the value has the form of a public
 * scheme, else the unknown code. The meaning is never the one that came, since it is free text;
 * it is ours where we know the code, else the value once more.
 *
 * @standard PS3.3 §8.8
 */
export function cleanCode(item: DataSet): DataSet {
  const value = getString(item, t.CodeValue);
  const scheme = getString(item, t.CodingSchemeDesignator);
  if (value === undefined || scheme === undefined || !isPublicCode(scheme, value)) {
    return unknownCode;
  }
  return dataSetOf({
    CodeValue: value,
    CodingSchemeDesignator: scheme,
    CodeMeaning: meaningOf(scheme, value) ?? value,
  });
}

/** Attributes of a code that `cleanCode` writes; no other rule touches them. */
export function isCodeTag(tag: Tag): boolean {
  return codeTags.includes(tag);
}

function isPublicCode(scheme: string, value: string): boolean {
  return scheme === 'UCUM' ? units.has(value) : schemes.get(scheme)?.test(value) === true;
}
