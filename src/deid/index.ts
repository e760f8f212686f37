/** De-identification: PS3.15 Annex E, default deny, and the names that replace identifiers. */
export { createDeidentifier, type DeidentifierOptions } from './create-deidentifier.ts';
export type {
  DeidentifiedInstance,
  DeidentifiedSlices,
  Deidentifier,
  DeidentifyContext,
  DeidentifyOutcome,
  FramePart,
  InstancePart,
  SeriesDeidentifier,
  WithheldImage,
} from './deidentifier.ts';
export { type DeidCode, deidErrors } from './errors.ts';
export { deidLimits } from './limits.ts';
export { safeFacts, safeFactsOf, safeKeywords } from './metadata.ts';
export { recipeOfProfile } from './profile/recipe.ts';
export {
  createPseudonyms,
  type InstanceUids,
  type Pseudonyms,
  type SeriesUids,
} from './pseudonyms/pseudonyms.ts';
