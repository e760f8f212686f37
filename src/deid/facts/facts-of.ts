import { type Tag, tag as t } from '../../dicom/index.ts';
import {
  deriveAbsent,
  type ImageFacts,
  readAcquisition,
  standardFacts,
} from '../../facts/index.ts';
import { toHex } from '../../lib/bytes/bytes.ts';
import { inTurns } from '../../lib/streams/steps.ts';
import type { OpenInstance } from '../header/read-header.ts';
import { nameText } from '../pseudonyms/name-text.ts';
import { deriveSubkey } from '../pseudonyms/subkeys.ts';

/** Reads the facts of an instance from its header as it came. */
export type FactReader = (opened: OpenInstance, sopClassUid: string) => Promise<ImageFacts>;

/** Make the reader of a collection: its tokens of texts are keyed, so that no other's equal them. */
export function createFactReader(collectionKey: Uint8Array): FactReader {
  const subkey = deriveSubkey(collectionKey, 'image-type');
  const tokenOf = latest((text) =>
    toHex(subkey.digest('image-type', text).subarray(0, tokenBytes)),
  );
  const acquisitions = deriveSubkey(collectionKey, 'acquisition');
  const groupNameOf = latest((text) => nameText('a', acquisitions.digest('a', text)));
  return async ({ header, omitted, first }, sopClassUid) => {
    const [token] = first;
    const pixels = token?.kind === 'value-start' ? token : undefined;
    const facts = await inTurns(standardFacts({ header, omitted, sopClassUid, tokenOf }));
    const acquisition = readAcquisition({ header, sopClassUid, groupNameOf });
    const all = acquisition === undefined ? facts : { ...facts, acquisition };
    const floatBits = pixels === undefined ? undefined : floatBitsOf.get(pixels.tag);
    // Bits of whole numbers are not there of floating point ones, and do not follow.
    return floatBits === undefined ? deriveAbsent(all, pixels?.length) : { ...all, floatBits };
  };
}

/** @standard PS3.3 §C.7.6.24 (Floating Point Image Pixel), §C.7.6.25 (Double) */
const floatBitsOf: ReadonlyMap<Tag, 32 | 64> = new Map([
  [t.FloatPixelData, 32],
  [t.DoubleFloatPixelData, 64],
]);

/** Two types of a series meet by chance once in 2^64. */
const tokenBytes = 8;

/** A function of a text that remembers its latest answer: the instances of a series ask alike. */
function latest(answer: (text: string) => string): (text: string) => string {
  let last: { readonly text: string; readonly answer: string } | undefined;
  return (text) => {
    if (last?.text !== text) last = { text, answer: answer(text) };
    return last.answer;
  };
}
