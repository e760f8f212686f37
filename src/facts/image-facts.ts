import type { Keyword } from '../dicom/index.ts';
import type { Fact } from './fact.ts';
import type { NumberFactName, numberFacts, Photometric } from './fact-table.ts';
import type { RealWorld } from './real-world.ts';

type NumbersOf<Row> = Row extends { readonly count: 1 } ? number : readonly number[];

/** The facts that are numbers, by the names of the table. */
export type NumberFacts = {
  readonly [Name in NumberFactName]: Fact<NumbersOf<(typeof numberFacts)[Name]>>;
};

/**
 * What the header of an image says of its pixels, of their place, and of the stack they belong to.
 *
 * Computed on the clinical side from the header as it came, before anything is dropped; free of
 * what identifies, because every value is in a range of the table and rounded as it says.
 */
export interface ImageFacts extends NumberFacts {
  readonly sopClassUid: string;
  readonly photometric: Fact<Photometric>;
  /**
   * Image Type as a token: equal for equal types of a collection, and nothing can be read from it.
   * Its values hold scanners' words, so they do not leave as they are.
   */
  readonly imageType: Fact<string>;
  /** A table between stored and output values. Its values are never kept: they could hold a text. */
  readonly modalityLut: Fact<never>;
  /** What a real-world mapping gives beside slope and intercept. */
  readonly realWorld: Fact<RealWorld>;
  /** Several slices are tiled in the image. */
  readonly grid: Fact<true>;
  /** Elements that are absent and follow from the length of the pixel data (`deriveAbsent`). */
  readonly derived: readonly Keyword[];
}
