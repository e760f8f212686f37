import { numberFacts } from './fact-table.ts';
import type { ImageFacts } from './image-facts.ts';

const sources: readonly (readonly [keyof ImageFacts, string])[] = [
  ...(Object.keys(numberFacts) as (keyof typeof numberFacts)[]).map(
    (name) => [name, numberFacts[name].source] as const,
  ),
  ['photometric', 'PhotometricInterpretation'],
  ['imageType', 'ImageType'],
  ['modalityLut', 'ModalityLUTSequence'],
  ['realWorld', 'RealWorldValueMappingSequence'],
  ['grid', 'NumberOfImagesInMosaic'],
  ['polarity', 'UserData12, TemporalPositionIdentifier'],
];

/** The first element, in the order of the table, that was there and could not be kept. */
export function notKeptOf(facts: ImageFacts): string | undefined {
  return sources.find(([name]) => {
    const given = facts[name];
    return typeof given === 'object' && 'kind' in given && given.kind === 'not-kept';
  })?.[1];
}
