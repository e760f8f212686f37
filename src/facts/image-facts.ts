import type { Keyword } from '../dicom/index.ts';
import type { AcquisitionGroup } from './acquisition/acquisition-group.ts';
import type { acquisitionFacts } from './acquisition-table.ts';
import type { Fact } from './fact.ts';
import type { NumberFactName, numberFacts, Photometric } from './fact-table.ts';
import type { ImageKind } from './image-kind.ts';
import type { RealWorld } from './real-world.ts';
import type { ScanFacts } from './scan/scan-facts.ts';
import type { EpiPolarity } from './vendors/ge/epi-polarity.ts';

type NumbersOf<Row> = Row extends { readonly count: 1 } ? number : readonly number[];

/** The facts that are numbers, by the names of the table. */
export type NumberFacts = {
  readonly [Name in NumberFactName]: Fact<NumbersOf<(typeof numberFacts)[Name]>>;
};

/** The facts of the acquisition, by the names of their table. */
export type AcquisitionFacts = {
  readonly [Name in keyof typeof acquisitionFacts]: Fact<
    NumbersOf<(typeof acquisitionFacts)[Name]>
  >;
};

/** A slice of a frame that tiles several: where its pixels lie there, in pixels. */
export interface Tile {
  readonly left: number;
  readonly top: number;
}

/**
 * What one slice of an object that holds several says for itself; for all else it is as its object.
 * One of a tiled frame has rows and columns of its own.
 */
export type SliceFacts = Partial<Omit<ImageFacts, 'slices' | 'derived' | 'sopClassUid'>> & {
  /** Counts from 0. */
  readonly frame: number;
  readonly tile: Tile | undefined;
  /** -1 where slices follow each other against row x column, as tiles may. */
  readonly direction: 1 | -1;
};

/**
 * What the header of an image says of its pixels, of their place, and of the stack they belong to.
 *
 * Computed on the clinical side from the header as it came, before anything is dropped; free of
 * what identifies, because every value is in a range of the table and rounded as it says.
 */
export interface ImageFacts extends NumberFacts, AcquisitionFacts {
  readonly sopClassUid: string;
  readonly photometric: Fact<Photometric>;
  /** Pixels are floating point numbers of so many bits; not there of whole numbers. */
  readonly floatBits?: 32 | 64;
  /**
   * Image Type as a token: equal for equal types of a collection, and nothing can be read from it.
   * Its values hold scanners' words, so they do not leave as they are.
   */
  readonly imageType: Fact<string>;
  /** Convolution Kernel as a token, like Image Type. */
  readonly kernel: Fact<string>;
  /** Concatenation UID as a token: equal for the parts of one. */
  readonly concatenation: Fact<string>;
  /** What the values are, by the words of Image Type that are known. */
  readonly kind: ImageKind;
  /** Of a sequence that encodes phase both ways: rows of what is reversed are stored last first. */
  readonly polarity: Fact<EpiPolarity>;
  /** A table between stored and output values. Its values are never kept: they could hold a text. */
  readonly modalityLut: Fact<never>;
  /** What a real-world mapping gives beside slope and intercept. */
  readonly realWorld: Fact<RealWorld>;
  /** Several slices are tiled in the image. */
  readonly grid: Fact<true>;
  /** The slices of an object that holds several, frame by frame and tile by tile; empty of any other. */
  readonly slices: readonly SliceFacts[];
  /** Stack ID as a token: equal for equal ones. Absent of images outside functional groups. */
  readonly stack: Fact<string>;
  /** Which frame of its object a slice is; counts from 0, on through the parts of a concatenation. */
  readonly frameNumber: Fact<number>;
  /** What explains the volume that it becomes part of; not there where nothing is known. */
  readonly scan?: ScanFacts;
  /** The acquisition of which its series is a part; not there where nothing proves one. */
  readonly acquisition?: AcquisitionGroup;
  /** Elements that are absent and follow from the length of the pixel data (`deriveAbsent`). */
  readonly derived: readonly Keyword[];
}
