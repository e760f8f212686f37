import { type DataElement, type DataSet, type Tag, tag as t } from '../dicom/index.ts';
import { atOnce, type Steps } from '../lib/streams/steps.ts';
import type { AcquisitionGroup } from './acquisition/acquisition-group.ts';
import { readAcquisition } from './acquisition/read-acquisition.ts';
import { acquisitionFacts } from './acquisition-table.ts';
import { enhancedSlices, isEnhanced } from './enhanced/enhanced.ts';
import { absent, type Fact, fact, knownValue, notKept } from './fact.ts';
import { type NumberRow, numberFacts, type Photometric, photometricTerms } from './fact-table.ts';
import { gridOf, gridSlices } from './grid/grid.ts';
import type { AcquisitionFacts, ImageFacts, NumberFacts } from './image-facts.ts';
import { classicKindOf } from './image-kind.ts';
import { FactMemory, type Questions } from './memory/fact-memory.ts';
import { isEmpty, readFact } from './read-numbers.ts';
import { codeText, wordsOf } from './read-text.ts';
import { realWorldOf } from './real-world.ts';
import { readScan } from './scan/read-scan.ts';
import { geComponent } from './vendors/ge/component.ts';
import { epiPolarityOf } from './vendors/ge/epi-polarity.ts';
import { philipsScale, type StatedScale } from './vendors/philips/scale.ts';

/** What of an instance facts are read from. */
export interface FactSource {
  /** As it came, nothing dropped; elements of VR UN already read by the dictionary. */
  readonly header: DataSet;
  /** Elements that were there and too long to be held. */
  readonly omitted: readonly Tag[];
  readonly sopClassUid: string;
  /** A text as a token that says nothing of it: equal for equal texts. */
  readonly tokenOf: (text: string) => string;
  /** The same of what names an acquisition; where it is not given, none is looked for. */
  readonly groupNameOf?: (text: string) => string;
}

/** One for all images. */
const none: readonly never[] = [];

/** The facts of an image of few frames (`standardFacts`). */
export function readStandardFacts(source: FactSource): ImageFacts {
  return atOnce(standardFacts(source));
}

/**
 * The facts that the standard's own elements state, and vendors'. Never throws.
 *
 * @param memory of the image before in the same series: facts that do not differ are the same objects
 */
export function* standardFacts(source: FactSource, memory = new FactMemory()): Steps<ImageFacts> {
  const { header, omitted, sopClassUid } = source;
  const questions = memory.open(header, [sopClassUid, ...omitted]);
  const numbers: NumberFacts = factsOf(source, numberFacts, questions);
  const acquisition: AcquisitionFacts = factsOf(source, acquisitionFacts, questions);
  const { slope, intercept } = numbers;
  const shown = { slope, intercept };
  const grid = yield* questions.askInSteps('grid', (seen) => gridOf({ header: seen, omitted }));
  const scan = yield* readScan(header, questions);
  const group = questions.ask('group', (seen) => groupOf({ ...source, header: seen }));
  const facts: ImageFacts = {
    ...numbers,
    ...acquisition,
    ...questions.ask('scale', (seen) => philipsScaleOf(seen, shown), [slope, intercept]),
    ...questions.ask('words', (seen) => wordFacts({ ...source, header: seen })),
    sopClassUid,
    polarity: questions.ask('polarity', epiPolarityOf),
    realWorld: omitted.includes(t.RealWorldValueMappingSequence)
      ? notKept
      : questions.ask('real-world', (seen) => realWorldOf(seen, shown), [slope, intercept]),
    grid,
    slices: grid.kind === 'value' ? gridSlices(source, { ...numbers, ...acquisition }) : none,
    stack: absent,
    frameNumber: absent,
    derived: none,
    ...(scan === undefined ? {} : { scan }),
    ...(group === undefined ? {} : { acquisition: group }),
  };
  return grid.kind === 'absent' && isEnhanced(header)
    ? { ...facts, slices: yield* enhancedSlices(source, facts) }
    : facts;
}

function groupOf({ groupNameOf, ...source }: FactSource): AcquisitionGroup | undefined {
  return groupNameOf === undefined ? undefined : readAcquisition({ ...source, groupNameOf });
}

/** The facts of a table that is all numbers. */
function factsOf<Table extends Readonly<Record<string, NumberRow>>>(
  { omitted }: FactSource,
  table: Table,
  questions: Questions,
): { readonly [Name in keyof Table]: Fact<never> } {
  const facts: Record<string, Fact<number | readonly number[]>> = {};
  for (const [name, row] of Object.entries(table)) {
    facts[name] = omitted.includes(t[row.source])
      ? notKept
      : questions.ask(name, (seen) => readFact(seen, row));
  }
  // Object.entries loses that each name has its own type, which `readFact` keeps by the row's count.
  return facts as { readonly [Name in keyof Table]: Fact<never> };
}

function philipsScaleOf(header: DataSet, shown: StatedScale): StatedScale {
  return philipsScale(shown, { holders: [header], types: [header], mapping: header });
}

/** Facts that are words, or tokens of words. */
function wordFacts(
  source: FactSource,
): Pick<
  ImageFacts,
  'photometric' | 'imageType' | 'kernel' | 'concatenation' | 'kind' | 'modalityLut'
> {
  return {
    photometric: photometricOf(source),
    imageType: tokenAt(source, t.ImageType),
    kernel: tokenAt(source, t.ConvolutionKernel),
    concatenation: tokenAt(source, t.ConcatenationUID),
    kind: classicKindOf(imageWordsOf(source), componentWordOf(source)),
    modalityLut: isThere(source, t.ModalityLUTSequence) ? notKept : absent,
  };
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

/** What names the component where Image Type does not. @standard PS3.3 §C.8.13.3.1.1 */
function componentWordOf(source: FactSource): string | undefined {
  return knownValue(textAt(source, t.ComplexImageComponent)) ?? geComponent(source.header);
}

function textAt({ header, omitted }: FactSource, tag: Tag): Fact<string> {
  return omitted.includes(tag) ? notKept : codeText(header, tag);
}

function isThere({ header, omitted }: FactSource, tag: Tag): boolean {
  const element: DataElement | undefined = header.get(tag);
  return omitted.includes(tag) || (element !== undefined && !isEmpty(element));
}
