import { type DataElement, type DataSet, type Tag, tag as t } from '../dicom/index.ts';
import { acquisitionFacts } from './acquisition-table.ts';
import { absent, type Fact, fact, notKept } from './fact.ts';
import { type NumberRow, numberFacts, type Photometric, photometricTerms } from './fact-table.ts';
import { gridOf, gridSlices } from './grid/grid.ts';
import type { AcquisitionFacts, ImageFacts, NumberFacts } from './image-facts.ts';
import { imageKindOf } from './image-kind.ts';
import { factLimits } from './limits.ts';
import { hasAllowedVr, isEmpty, readNumbers } from './read-numbers.ts';
import { realWorldOf } from './real-world.ts';

/** What of an instance facts are read from. */
export interface FactSource {
  /** As it came, nothing dropped; elements of VR UN already read by the dictionary. */
  readonly header: DataSet;
  /** Elements that were there and too long to be held. */
  readonly omitted: readonly Tag[];
  readonly sopClassUid: string;
  /** A text as a token that says nothing of it: equal for equal texts. */
  readonly tokenOf: (text: string) => string;
}

/** The facts that the standard's own elements state. Never throws. */
export function readStandardFacts(source: FactSource): ImageFacts {
  const numbers: NumberFacts = factsOf(source, numberFacts);
  const acquisition: AcquisitionFacts = factsOf(source, acquisitionFacts);
  const grid = gridOf(source);
  return {
    ...numbers,
    ...acquisition,
    sopClassUid: source.sopClassUid,
    photometric: photometricOf(source),
    imageType: imageTypeOf(source),
    kind: imageKindOf(imageWordsOf(source)),
    modalityLut: isThere(source, t.ModalityLUTSequence) ? notKept : absent,
    realWorld: source.omitted.includes(t.RealWorldValueMappingSequence)
      ? notKept
      : realWorldOf(source.header, numbers),
    grid,
    slices: grid.kind === 'value' ? gridSlices(source, { ...numbers, ...acquisition }) : [],
    derived: [],
  };
}

/** The facts of a table that is all numbers. */
function factsOf<Table extends Readonly<Record<string, NumberRow>>>(
  { header, omitted }: FactSource,
  table: Table,
): { readonly [Name in keyof Table]: Fact<never> } {
  const read = (row: NumberRow): Fact<number | readonly number[]> => {
    if (omitted.includes(t[row.source])) return notKept;
    const numbers = readNumbers(header, row);
    return row.count === 1 && numbers.kind === 'value' ? fact(numbers.value[0] ?? 0) : numbers;
  };
  const entries = Object.entries(table).map(([name, row]) => [name, read(row)]);
  // Object.entries loses that each name has its own type, which `read` keeps by the row's count.
  return Object.fromEntries(entries) as { readonly [Name in keyof Table]: Fact<never> };
}

function photometricOf(source: FactSource): Fact<Photometric> {
  const text = codeText(source, t.PhotometricInterpretation);
  if (text.kind !== 'value') return text;
  const term = photometricTerms.find((known) => known === text.value.trim());
  return term === undefined ? notKept : fact(term);
}

function imageTypeOf(source: FactSource): Fact<string> {
  const text = codeText(source, t.ImageType);
  if (text.kind !== 'value') return text;
  return fact(source.tokenOf(wordsOf(text.value).join('\\')));
}

/** The values of Image Type; none where it is absent or unreadable. */
function imageWordsOf(source: FactSource): readonly string[] {
  const text = codeText(source, t.ImageType);
  return text.kind === 'value' ? wordsOf(text.value) : [];
}

const wordsOf = (text: string): readonly string[] => text.split('\\').map((word) => word.trim());

/** The characters of a coded string, padding at its end removed. */
function codeText({ header, omitted }: FactSource, tag: Tag): Fact<string> {
  if (omitted.includes(tag)) return notKept;
  const element = header.get(tag);
  if (element === undefined || isEmpty(element)) return absent;
  const { vr } = element;
  if (vr === 'SQ' || !hasAllowedVr(element)) return notKept;
  if (element.value.length > factLimits.valueMaxBytes) return notKept;
  return fact(
    Buffer.from(element.value)
      .toString('latin1')
      .replace(/[ \0]+$/, ''),
  );
}

function isThere({ header, omitted }: FactSource, tag: Tag): boolean {
  const element: DataElement | undefined = header.get(tag);
  return omitted.includes(tag) || (element !== undefined && !isEmpty(element));
}
