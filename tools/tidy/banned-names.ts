import { posix } from 'node:path';
import { type Finding, findInCode, type TidyCheck } from './project.ts';

const drawers = /^(utils?|helpers?|common|types|misc)\.ts$/;
const emptyVerbs =
  /\b(?:function\s*\*?\s+(handle|process|do|manage)\b|const\s+(handle|process|do|manage)\s*=\s*(?:async\s*)?(?:\(|\w+\s*=>))/g;

/** A drawer called `utils` collects what has no home; a function called `handle` says nothing. */
export const bannedNames: TidyCheck = {
  name: 'names that say nothing',
  find: ({ sources }) =>
    sources.flatMap((file): readonly Finding[] => [
      ...(drawers.test(posix.basename(file.path))
        ? [{ path: file.path, line: 0, message: 'put each thing in a file named after its noun' }]
        : []),
      ...findInCode(
        file,
        emptyVerbs,
        ([, verb, constant]) => `${verb ?? constant}: say what it does to what`,
      ),
    ]),
};
