import { configDoc } from './config-doc.ts';
import { contextGroupsGenerator } from './context-groups.ts';
import { deidProfileGenerator } from './deid-profile.ts';
import { dictionaryGenerator } from './dictionary.ts';
import { errorsDoc } from './errors-doc.ts';
import type { Generator } from './generator.ts';
import { limitsDoc } from './limits-doc.ts';
import { lockFile } from './lock-file.ts';

/** Every generator, in no order that matters. */
export const generators: readonly Generator[] = [
  dictionaryGenerator,
  deidProfileGenerator,
  contextGroupsGenerator,
  configDoc,
  errorsDoc,
  limitsDoc,
  lockFile,
];
