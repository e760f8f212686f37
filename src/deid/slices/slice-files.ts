import {
  createTokenWriter,
  type DataSet,
  encodeDataSet,
  encodeFileHeader,
  encodingOf,
  getUid,
  tag as t,
  transferSyntax,
} from '../../dicom/index.ts';
import { type ImageFacts, knownValue, valueOr } from '../../facts/index.ts';
import { concatBytes } from '../../lib/bytes/bytes.ts';
import type { DeidentifiedSlices } from '../deidentifier.ts';
import { sliceHeader } from './slice-header.ts';

/** A tiled image, and how its slices get UIDs. */
export interface TiledImage {
  readonly sopClassUid: string;
  readonly transferSyntaxUid: string;
  /** De-identified. */
  readonly header: DataSet;
  readonly facts: ImageFacts;
  /** The pseudonymous UID of the slice at `index`. */
  readonly uidOf: (index: number) => string;
}

/**
 * The slices of a tiled image as files of their own: native, in the byte order of the image, or
 * little endian where its pixels are compressed.
 *
 * @standard PS3.10 §7.1, PS3.5 §8.2
 */
export function sliceFilesOf(image: TiledImage): DeidentifiedSlices {
  const { header, facts, sopClassUid, uidOf } = image;
  const transferSyntaxUid = encodingOf(image.transferSyntaxUid).encapsulated
    ? transferSyntax.ExplicitVRLittleEndian
    : image.transferSyntaxUid;
  return {
    count: facts.slices.length,
    start(index, pixelBytes) {
      const sopInstanceUid = uidOf(index);
      const writer = createTokenWriter({ transferSyntaxUid, lengths: 'recode' });
      const length = pixelBytes + (pixelBytes & 1);
      return concatBytes([
        encodeFileHeader({ sopClassUid, sopInstanceUid, transferSyntaxUid }),
        encodeDataSet(sliceHeader({ header, facts, index, sopInstanceUid }), transferSyntaxUid),
        ...writer.write({ kind: 'value-start', tag: t.PixelData, vr: 'OW', length }),
      ]);
    },
  };
}

/** Integers as text are of 32 bits. @standard PS3.5 Table 6.2-1 (IS) */
const integerMax = 2 ** 31 - 1;

/**
 * Whether the slices of a tiled image can be images by themselves: of one value, and of a time that
 * the image states, because their order would otherwise be guessed.
 */
export function canBeSliced(facts: ImageFacts): boolean {
  const { samples, photometric, bitsAllocated, instanceNumber, slices } = facts;
  const time = knownValue(instanceNumber) ?? 0;
  const isNumbered = Number.isInteger(time) && time >= 1 && time * slices.length <= integerMax;
  const isIndex = knownValue(photometric) === 'PALETTE COLOR';
  const isCut = !isIndex && knownValue(bitsAllocated) !== 1;
  return isNumbered && isCut && valueOr(samples, 1) === 1;
}

/** What names the slice of an image among all UIDs: no UID has a number sign. */
export function sliceUidText(header: DataSet, index: number): string {
  return `${getUid(header, t.SOPInstanceUID) ?? ''}#${index}`;
}
