/** What a header says of its pixels and their place: a value, absent, or not kept. */
export type { AcquisitionGroup } from './acquisition/acquisition-group.ts';
export { AcquisitionTally } from './acquisition/acquisition-tally.ts';
export { deriveAbsent } from './derive-absent.ts';
export { absent, type Fact, fact, knownValue, notKept, valueOr } from './fact.ts';
export {
  type NumberFactName,
  type NumberRow,
  numberFacts,
  type Photometric,
} from './fact-table.ts';
export type { ImageFacts, SliceFacts, Tile } from './image-facts.ts';
export type { DerivedMap, ImageComponent, ImageKind } from './image-kind.ts';
export { factLimits } from './limits.ts';
export { FactMemory } from './memory/fact-memory.ts';
export { holdsNoImage, vendorClassesWithoutImage } from './no-image-classes.ts';
export { notKeptOf } from './not-kept-of.ts';
export { type PrivateName, privateElements } from './private-elements.ts';
export { numberForms, readNumbers } from './read-numbers.ts';
export { type FactSource, readStandardFacts, standardFacts } from './read-standard.ts';
export type { ScanFacts } from './scan/scan-facts.ts';
export { type SeriesFactName, type SeriesFacts, seriesFacts } from './series-facts.ts';
export { philipsScaleNames } from './vendors/philips/scale.ts';
export { type Weighting, weightingOf } from './weighting.ts';
