import { type DataElement, elementOf, type Tag, tag as t } from '../../dicom/index.ts';
import { type Fact, type ImageFacts, knownValue } from '../../facts/index.ts';

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
}
