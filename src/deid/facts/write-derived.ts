import {
  type DataElement,
  elementOf,
  getString,
  sopClass,
  type Tag,
  tag as t,
} from '../../dicom/index.ts';
import { type Fact, type ImageFacts, knownValue, type ScanFacts } from '../../facts/index.ts';
import { isKnownText } from '../profile/vocabulary.ts';

/** Write what was derived into a header, so that readers need not guess what we did not. */
export function writeDerived(header: Map<Tag, DataElement>, facts: ImageFacts): void {
  const values = {
    SamplesPerPixel: facts.samples,
    PhotometricInterpretation: facts.photometric,
    BitsStored: facts.bitsStored,
    HighBit: facts.highBit,
  } as const satisfies Readonly<Record<string, Fact<string | number>>>;
  for (const [keyword, given] of Object.entries(values)) {
    const name = keyword as keyof typeof values;
    const value = knownValue<string | number>(given);
    if (value === undefined || !facts.derived.includes(name)) continue;
    header.set(t[name], elementOf(t[name], value));
  }
  writeMaker(header, facts);
  writeComponent(header, facts);
  writeLabelling(header, facts);
}

/** Control and label of a repetition are two times, where only the vendor tells them apart. */
function writeLabelling(header: Map<Tag, DataElement>, facts: ImageFacts): void {
  const labelling = facts.scan?.labelling;
  if (facts.sopClassUid !== sopClass.MRImageStorage || labelling === undefined) return;
  const repetition = knownValue(facts.temporalPosition) ?? 1;
  const time = 2 * repetition - (labelling === 'CONTROL' ? 1 : 0);
  header.delete(t.NumberOfTemporalPositions);
  header.set(t.TemporalPositionIdentifier, elementOf(t.TemporalPositionIdentifier, time));
}

/** Which part of a complex signal a classic image of GE is, which only its own element states. */
function writeComponent(header: Map<Tag, DataElement>, facts: ImageFacts): void {
  const { component } = facts.kind;
  if (facts.sopClassUid !== sopClass.MRImageStorage || facts.scan?.manufacturer !== 'GE') return;
  if (component === undefined || header.has(t.ComplexImageComponent)) return;
  const word = component.toUpperCase();
  header.set(t.ComplexImageComponent, elementOf(t.ComplexImageComponent, word));
}

/** How readers of the field know the makers that facts tell apart. */
const makers: Readonly<Record<NonNullable<ScanFacts['manufacturer']>, string>> = {
  Siemens: 'SIEMENS',
  GE: 'GE MEDICAL SYSTEMS',
  Philips: 'Philips Medical Systems',
  UIH: 'UIH',
  Canon: 'CANON_MEC',
  Toshiba: 'TOSHIBA',
  Hitachi: 'Hitachi Medical Corporation',
  Bruker: 'Bruker BioSpin MRI GmbH',
  Mediso: 'Mediso',
  Hyperfine: 'Hyperfine',
};

/** Programs read an image as its maker's; where its own words did not stay, the maker's usual ones do. */
function writeMaker(header: Map<Tag, DataElement>, { scan }: ImageFacts): void {
  const left = getString(header, t.Manufacturer) ?? '';
  if (scan?.manufacturer === undefined || isKnownText(t.Manufacturer, left)) return;
  const { manufacturer } = scan;
  header.set(t.Manufacturer, elementOf(t.Manufacturer, makers[manufacturer]));
}
