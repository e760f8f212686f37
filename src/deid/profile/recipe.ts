import { createHash } from 'node:crypto';
import { numberFacts, philipsScaleNames } from '../../facts/index.ts';
import { toHex } from '../../lib/bytes/bytes.ts';
import { contextGroupRows } from '../meaning/generated/context-groups.ts';
import { numberBoundRows } from '../meaning/number-bounds.ts';
import { standardTermRows } from '../meaning/standard-terms.ts';
import { vendorTermRows } from '../meaning/vendor-terms.ts';
import { basicProfileRows } from './generated/basic-profile.ts';
import { keepRows } from './generated/keep-list.ts';
import { supportedSopClasses } from './generated/sop-classes.ts';

/** Counts up with every change of actions, vocabularies or cleaners that changes an output byte. */
const codeEdition = 7;

/** Name and digest of everything that decides the output beside the key: part of a receipt. */
export function recipeOfProfile(): { readonly profile: string; readonly digest: string } {
  const meanings = [
    standardTermRows,
    vendorTermRows,
    numberBoundRows,
    contextGroupRows,
    numberFacts,
    philipsScaleNames,
  ];
  const tables = [codeEdition, basicProfileRows, keepRows, supportedSopClasses, ...meanings];
  const digest = createHash('sha256').update(JSON.stringify(tables)).digest();
  return { profile: `ps3.15-2026c-basic/${codeEdition}`, digest: toHex(digest) };
}
