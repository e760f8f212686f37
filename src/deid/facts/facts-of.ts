import { type CommonElements, type Tag, tag as t } from '../../dicom/index.ts';
import { deriveAbsent, FactMemory, type ImageFacts, standardFacts } from '../../facts/index.ts';
import { toHex } from '../../lib/bytes/bytes.ts';
import { inTurns } from '../../lib/streams/steps.ts';
import type { OpenInstance } from '../header/read-header.ts';
import { nameText } from '../pseudonyms/name-text.ts';
import { deriveSubkey } from '../pseudonyms/subkeys.ts';

/** Reads the facts of an instance from its header as it came. */
export type FactReader = (opened: OpenInstance, sopClassUid: string) => Promise<ImageFacts>;

/** Texts as tokens that say nothing of them; keyed, so that no other collection's equal them. */
export interface Tokens {
  readonly imageType: (text: string) => string;
  readonly acquisition: (text: string) => string;
}

/** Make the tokens of a collection. */
export function createTokens(collectionKey: Uint8Array): Tokens {
  const imageTypes = deriveSubkey(collectionKey, 'image-type');
  const acquisitions = deriveSubkey(collectionKey, 'acquisition');
  return {
    imageType: (text) => toHex(imageTypes.digest('image-type', text).subarray(0, tokenBytes)),
    acquisition: (text) => nameText('a', acquisitions.digest('a', text)),
  };
}

/**
 * Make the reader of a series.
 *
 * @param elements of its headers; what was said of one that they do not hold is not held either
 */
export function createFactReader(
  { imageType: tokenOf, acquisition: groupNameOf }: Tokens,
  elements: Pick<CommonElements, 'isHolding'>,
): FactReader {
  const memory = new FactMemory();
  return async ({ header, omitted, first }, sopClassUid) => {
    const [token] = first;
    const pixels = token?.kind === 'value-start' ? token : undefined;
    const source = { header, omitted, sopClassUid, tokenOf, groupNameOf };
    const facts = await inTurns(standardFacts(source, elements.isHolding ? memory : undefined));
    const floatBits = pixels === undefined ? undefined : floatBitsOf.get(pixels.tag);
    // Bits of whole numbers are not there of floating point ones, and do not follow.
    return floatBits === undefined ? deriveAbsent(facts, pixels?.length) : { ...facts, floatBits };
  };
}

/** @standard PS3.3 §C.7.6.24 (Floating Point Image Pixel), §C.7.6.25 (Double) */
const floatBitsOf: ReadonlyMap<Tag, 32 | 64> = new Map([
  [t.FloatPixelData, 32],
  [t.DoubleFloatPixelData, 64],
]);

/** Two types of a series meet by chance once in 2^64. */
const tokenBytes = 8;
