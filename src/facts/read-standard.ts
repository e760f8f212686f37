import { type DataElement, type DataSet, type Tag, tag as t } from '../dicom/index.ts';
import { atOnce, type Steps } from '../lib/streams/steps.ts';
import { acquisitionFacts } from './acquisition-table.ts';
import { enhancedSlices, isEnhanced } from './enhanced/enhanced.ts';
import { absent, type Fact, fact, notKept } from './fact.ts';
import { type NumberRow, numberFacts, type Photometric, photometricTerms } from './fact-table.ts';
import { gridOf, gridSlices } from './grid/grid.ts';
import type { AcquisitionFacts, ImageFacts, NumberFacts } from './image-facts.ts';
import { imageKindOf } from './image-kind.ts';
import { isEmpty, readFact } from './read-numbers.ts';
import { codeText, wordsOf } from './read-text.ts';
import { realWorldOf } from './real-world.ts';
import { readScan } from './scan/read-scan.ts';
import { hasReversedRows } from './vendors/ge/reversed-rows.ts';
import { philipsScale } from './vendors/philips/scale.ts';

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

/** The facts of an image of few frames (`standardFacts`). */
export function readStandardFacts(source: FactSource): ImageFacts {
  return atOnce(standardFacts(source));
}

/** The facts that the standard's own elements state. Never throws. */
export function* standardFacts(source: FactSource): Steps<ImageFacts> {
  const numbers: NumberFacts = factsOf(source, numberFacts);
  const acquisition: AcquisitionFacts = factsOf(source, acquisitionFacts);
  const grid = yield* gridOf(source);
  const scan = yield* readScan(source.header);
  const facts: ImageFacts = {
    ...numbers,
    ...acquisition,
    ...philipsScale(numbers, {
      holders: [source.header],
      types: [source.header],
      mapping: source.header,
    }),
    ...(hasReversedRows(source.header) ? { orientation: notKept } : {}),
    sopClassUid: source.sopClassUid,
    photometric: photometricOf(source),
    imageType: tokenAt(source, t.ImageType),
    kernel: tokenAt(source, t.ConvolutionKernel),
    concatenation: tokenAt(source, t.ConcatenationUID),
    kind: imageKindOf(imageWordsOf(source)),
    modalityLut: isThere(source, t.ModalityLUTSequence) ? notKept : absent,
    realWorld: source.omitted.includes(t.RealWorldValueMappingSequence)
      ? notKept
      : realWorldOf(source.header, numbers),
    grid,
    slices: grid.kind === 'value' ? gridSlices(source, { ...numbers, ...acquisition }) : [],
    stack: absent,
    frameNumber: absent,
    derived: [],
    ...(scan === undefined ? {} : { scan }),
  };
  return grid.kind === 'absent' && isEnhanced(source.header)
    ? { ...facts, slices: yield* enhancedSlices(source, facts) }
    : facts;
}

/** The facts of a table that is all numbers. */
function factsOf<Table extends Readonly<Record<string, NumberRow>>>(
  { header, omitted }: FactSource,
  table: Table,
): { readonly [Name in keyof Table]: Fact<never> } {
  const read = (row: NumberRow): Fact<number | readonly number[]> => {
    if (omitted.includes(t[row.source])) return notKept;
    return readFact(header, row);
  };
  const entries = Object.entries(table).map(([name, row]) => [name, read(row)]);
  // Object.entries loses that each name has its own type, which `read` keeps by the row's count.
  return Object.fromEntries(entries) as { readonly [Name in keyof Table]: Fact<never> };
}

function photometricOf(source: FactSource): Fact<Photometric> {
  const text = textAt(source, t.PhotometricInterpretation);
  if (text.kind !== 'value') return text;
  const term = photometricTerms.find((known) => known === text.value.trim());
  return term === undefined ? notKept : fact(term);
}

function tokenAt(source: FactSource, tag: Tag): Fact<string> {
  const text = textAt(source, tag);
  return text.kind === 'value' ? fact(source.tokenOf(wordsOf(text.value).join('\\'))) : text;
}

/** The values of Image Type; none where it is absent or unreadable. */
function imageWordsOf(source: FactSource): readonly string[] {
  const text = textAt(source, t.ImageType);
  return text.kind === 'value' ? wordsOf(text.value) : [];
}

function textAt({ header, omitted }: FactSource, tag: Tag): Fact<string> {
  return omitted.includes(tag) ? notKept : codeText(header, tag);
}

function isThere({ header, omitted }: FactSource, tag: Tag): boolean {
  const element: DataElement | undefined = header.get(tag);
  return omitted.includes(tag) || (element !== undefined && !isEmpty(element));
}
