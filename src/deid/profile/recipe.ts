import { createHash } from 'node:crypto';
import { numberFacts } from '../../facts/index.ts';
import { toHex } from '../../lib/bytes/bytes.ts';
import { basicProfileRows } from './generated/basic-profile.ts';
import { keepRows } from './generated/keep-list.ts';
import { supportedSopClasses } from './generated/sop-classes.ts';

/** Counts up with every change of actions, vocabularies or cleaners that changes an output byte. */
const codeEdition = 2;

/** Name and digest of everything that decides the output beside the key: part of a receipt. */
export function recipeOfProfile(): { readonly profile: string; readonly digest: string } {
  const digest = createHash('sha256')
    .update(
      JSON.stringify([codeEdition, basicProfileRows, keepRows, supportedSopClasses, numberFacts]),
    )
    .digest();
  return { profile: `ps3.15-2026c-basic/${codeEdition}`, digest: toHex(digest) };
}
