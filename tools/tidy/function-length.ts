import { findFunctions } from './find-functions.ts';
import type { TidyCheck } from './project.ts';
import { checkLengths } from './ratchet.ts';

const linesMax = 70;

/**
 * A function longer than a screen hides its steps. The aim is 10 to 35 lines, this the end. The lines
 * of functions inside it are theirs: a factory of five small methods is not one long function.
 */
export const functionLength: TidyCheck = {
  name: 'function length',
  find: (project) =>
    checkLengths(
      project,
      project.sources.flatMap(({ path, masked }) =>
        findFunctions(masked.code).map(({ name, line, ownLines }) => ({
          key: `${path}#${name}`,
          path,
          line,
          lines: ownLines,
        })),
      ),
      { list: 'functionLines', linesMax },
    ),
};
