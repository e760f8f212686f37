import { CommonElements } from '../../dicom/index.ts';
import { createHeaderCleaner, type HeaderCleaner } from '../actions/clean-header.ts';
import { createFactReader, type FactReader, type Tokens } from '../facts/facts-of.ts';
import { createGatherer, type IdentifierGatherer } from '../meaning/identifiers.ts';
import type { Profile } from '../profile/profile.ts';
import type { UidMap } from '../pseudonyms/uid-map.ts';

/**
 * What is done with the headers of a series one after another. Each part remembers of the latest what the
 * next may have in common with it, and gives the same as if it did not.
 */
export interface HeaderMemory {
  readonly elements: CommonElements;
  readonly factsOf: FactReader;
  readonly identifiersOf: IdentifierGatherer;
  readonly cleanerOf: (profile: Profile) => HeaderCleaner;
}

/** Nothing is remembered yet. */
export function openMemory(uids: UidMap, tokens: Tokens): HeaderMemory {
  let latest: { readonly profile: Profile; readonly clean: HeaderCleaner } | undefined;
  const elements = new CommonElements();
  const always = { uids, keepsSafePrivate: true } as const;
  return {
    elements,
    factsOf: createFactReader(tokens, elements),
    identifiersOf: createGatherer(),
    cleanerOf(profile) {
      if (latest?.profile !== profile)
        latest = { profile, clean: createHeaderCleaner({ ...always, profile }) };
      return latest.clean;
    },
  };
}
