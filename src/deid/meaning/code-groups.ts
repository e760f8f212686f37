import { type Tag, tag as t } from '../../dicom/index.ts';
import { contextGroupRows } from './generated/context-groups.ts';

/** A code as it may leave. */
export interface KnownCode {
  readonly scheme: string;
  readonly value: string;
  readonly meaning: string;
}

interface GroupedCode extends KnownCode {
  readonly groups: readonly number[];
}

/**
 * Context groups that a code sequence may take its codes from, with where PS3.3 says so. A sequence
 * that is not here keeps no code.
 *
 * @standard PS3.16 §B
 */
const groupsBySequence: ReadonlyMap<Tag, readonly number[]> = new Map<Tag, readonly number[]>([
  // §10.5 General Anatomy Macros; §C.8.15.3, §C.8.13.5: CT, MR and PET Anatomy Imaged.
  [t.AnatomicRegionSequence, [4, 4030, 4031]],
  [t.AnatomicRegionModifierSequence, [2]],
  [t.PrimaryAnatomicStructureModifierSequence, [2]],
  // §C.7.6.1, §C.7.6.16.2.6 Derivation Image.
  [t.DerivationCodeSequence, [7203]],
  // §C.7.6.1, §C.7.6.16.2.5, §C.7.6.16.2.6, §C.8.13.2.1: images, sources, waveforms, alternatives.
  [t.PurposeOfReferenceCodeSequence, [7004, 7013, 7201, 7202, 7205]],
  // §C.7.6.4 Contrast/Bolus, §C.7.6.4b Enhanced Contrast/Bolus.
  [t.ContrastBolusAgentSequence, [12]],
  [t.ContrastBolusAdministrationRouteSequence, [11]],
  [t.ContrastBolusIngredientCodeSequence, [13]],
  // §C.8.9.2, §C.8.9.3, §C.8.22.4, §C.8.22.6: isotopes, orientation, intervention of PET.
  [t.AdministrationRouteCodeSequence, [11]],
  [t.InterventionDrugCodeSequence, [10]],
  [t.RadionuclideCodeSequence, [18, 4020]],
  [t.RadiopharmaceuticalCodeSequence, [25, 4021]],
  [t.PatientPhysiologicalStateCodeSequence, [3101]],
  [t.PatientOrientationCodeSequence, [19]],
  [t.PatientOrientationModifierCodeSequence, [20]],
  [t.PatientGantryRelationshipCodeSequence, [21]],
  // §C.8.2.1, §C.8.15.3.8 CT Exposure.
  [t.CTDIPhantomTypeCodeSequence, [4052]],
  [t.WaterEquivalentDiameterCalculationMethodCodeSequence, [10024]],
  // §C.7.6.16.2.11 Real World Value Mapping: units of CID 82, of which these are the ones that images use.
  [t.MeasurementUnitsCodeSequence, [82, 83, 84, 85, 7181, 7183]],
  // §C.8.20.4 Segment Description: what a segment is of.
  [t.SegmentedPropertyCategoryCodeSequence, [7150]],
  [t.SegmentedPropertyTypeCodeSequence, [7151]],
  [t.SegmentedPropertyTypeModifierCodeSequence, [2]],
  // §C.8.4.15, §10.26: views of nuclear medicine, of the heart.
  [t.ViewCodeSequence, [26, 27]],
  [t.ViewModifierCodeSequence, [23]],
]);

/**
 * Units of CID 82 that devices write and no other group holds. CID 82 is all of UCUM, whose grammar
 * lets any word pass.
 */
const units =
  "ml mL min h kg mg/ml ml/g kBq/ml MBq Bq Ci/ml {SUVbw}g/ml 1/s 1/min m m/s mT/m T kHz [arb'U] keV " +
  'eV V kV kVp mA mAs mGy mmol/l ml/min/100g ml/100g HU BQML us g';

const codes: ReadonlyMap<string, GroupedCode> = readCodes();

/** The code that a sequence may hold, with the meaning that we write; none: not of its groups. */
export function findCode(sequence: Tag, scheme: string, value: string): KnownCode | undefined {
  const groups = groupsBySequence.get(sequence) ?? [];
  const code = codes.get(`${scheme} ${value}`);
  return code?.groups.some((group) => groups.includes(group)) === true ? code : undefined;
}

/** Sequences that may hold codes. */
export function sequencesWithCodes(): Iterable<Tag> {
  return groupsBySequence.keys();
}

function readCodes(): ReadonlyMap<string, GroupedCode> {
  const read = new Map<string, GroupedCode>();
  const add = (code: GroupedCode): void => void read.set(`${code.scheme} ${code.value}`, code);
  for (const value of units.split(' ')) {
    add({ scheme: 'UCUM', value, groups: [82], meaning: value });
  }
  for (const row of contextGroupRows.split('\n')) {
    const [scheme = '', value = '', srt = '', list = '', meaning = ''] = row.split('|');
    const groups = list.split(',').map(Number);
    add({ scheme, value, groups, meaning });
    // Three names under which devices wrote SNOMED-RT. @standard PS3.16 §8.1.1, Table 8-1
    if (srt === '') continue;
    for (const old of ['SRT', 'SNM3', '99SDM']) add({ scheme: old, value: srt, groups, meaning });
  }
  return read;
}
