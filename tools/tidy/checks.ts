import { adrNumbers } from './adr-numbers.ts';
import { architectureLines } from './architecture-lines.ts';
import { bannedCallsCheck } from './banned-calls.ts';
import { bannedNames } from './banned-names.ts';
import { blobSize } from './blob-size.ts';
import { escapeHatches } from './escape-hatches.ts';
import { fileLength } from './file-length.ts';
import { fixtureNames } from './fixture-names.ts';
import { functionLength } from './function-length.ts';
import { importBuiltins } from './import-builtins.ts';
import { importMints } from './import-mints.ts';
import { importRanks } from './import-ranks.ts';
import { leftovers } from './leftovers.ts';
import { licences } from './licences.ts';
import type { TidyCheck } from './project.ts';
import { slotStrangers } from './slot-strangers.ts';
import { standardTags } from './standard-tags.ts';
import { valueChains } from './value-chains.ts';

/** Every rule that tidy enforces. */
export const tidyChecks: readonly TidyCheck[] = [
  importRanks,
  slotStrangers,
  importMints,
  importBuiltins,
  valueChains,
  fileLength,
  functionLength,
  bannedNames,
  bannedCallsCheck,
  leftovers,
  standardTags,
  architectureLines,
  adrNumbers,
  blobSize,
  escapeHatches,
  licences,
  fixtureNames,
];
