import {
  dicomErrors,
  type Instance,
  isUid,
  readTokens,
  type Token,
  tag as t,
} from '../../dicom/index.ts';
import { profileOf } from '../profile/profile.ts';

/** What an object of a class without profile turns out to be. */
export type UnknownObject = 'image' | 'no-image' | 'mislabelled';

/**
 * Read an object up to its pixel data, or to its end where it has none. `mislabelled`: it has none
 * and its data set says a class that has a profile: a damaged slice under another label.
 *
 * An object that cannot be read may be an image.
 */
export async function findImage(source: Instance): Promise<UnknownObject> {
  try {
    return await search(source);
  } catch (error) {
    if (dicomErrors.has(error)) return 'image';
    throw error;
  }
}

async function search(source: Instance): Promise<UnknownObject> {
  let depth = 0;
  let labelled: UnknownObject = 'no-image';
  for await (const tokens of readTokens(source, { strict: false })) {
    for (const token of tokens) {
      depth += nestingOf(token);
      if (depth > 0 || !('tag' in token)) continue;
      if (pixelTags.has(token.tag)) return 'image';
      if (saysSupportedClass(token)) labelled = 'mislabelled';
    }
  }
  return labelled;
}

/** Pixel Data, Float and Double Float Pixel Data, and their kind under a provider's URL. */
const pixelTags: ReadonlySet<number> = new Set([
  t.FloatPixelData,
  t.DoubleFloatPixelData,
  t.PixelData,
  t.PixelDataProviderURL,
]);

function nestingOf({ kind }: Token): -1 | 0 | 1 {
  if (kind === 'item-start') return 1;
  return kind === 'item-end' ? -1 : 0;
}

function saysSupportedClass(token: Token): boolean {
  if (token.kind !== 'element' || token.tag !== t.SOPClassUID) return false;
  const uid = Buffer.from(token.value)
    .toString('latin1')
    .replace(/[ \0]+$/, '');
  return isUid(uid) && profileOf(uid) !== undefined;
}
