import { type DataSet, tag as t } from '../../../dicom/index.ts';
import { textOf } from '../../element-text.ts';
import { absent, type Fact, fact, knownValue, notKept } from '../../fact.ts';
import { numberFacts } from '../../fact-table.ts';
import { type PrivateName, privateElements } from '../../private-elements.ts';
import { readNumbers } from '../../read-numbers.ts';
import { numbersAs } from '../../scan/elements.ts';

/** Which way phase was encoded, of GE's sequence that does it both ways in one series. */
export type EpiPolarity = 'forward' | 'reversed';

const creator = 'GEMS_ACQU_01';
const sequence: PrivateName = { creator, group: 0x0019, element: 0x9c };
/** User data, of which other sequences make something else. */
const mode: PrivateName = { creator, group: 0x0019, element: 0xb3 };

const modes = { forward: 0, reversed: 1, reversedFirst: 2, forwardFirst: 3 } as const;

/**
 * The polarity of an image of `epi_pepolar`; absent of any other sequence. The rows of a reversed image
 * are stored last first under a header that does not say so. Where polarities alternate, the number
 * of the volume says which it is; where that is not there, nothing does.
 */
export function epiPolarityOf(header: DataSet): Fact<EpiPolarity> {
  const isTheirs = privateElements(header, sequence).some((held) =>
    textOf(held).includes('epi_pepolar'),
  );
  if (!isTheirs) return absent;
  const [held, another] = privateElements(header, mode);
  const [stated, more] = numbersAs(held, 'DS') ?? [];
  if (another !== undefined || more !== undefined) return notKept;
  if (stated === modes.forward) return fact('forward');
  // Volumes of one object would have to be told apart frame by frame.
  if (header.has(t.PerFrameFunctionalGroupsSequence)) return notKept;
  if (stated === modes.reversed) return fact('reversed');
  if (stated !== modes.reversedFirst && stated !== modes.forwardFirst) return notKept;
  const [volume = 0] = knownValue(readNumbers(header, numberFacts.temporalPosition)) ?? [];
  if (volume === 0) return notKept;
  const isReversed = (volume % 2 === 1) === (stated === modes.reversedFirst);
  return fact(isReversed ? 'reversed' : 'forward');
}
