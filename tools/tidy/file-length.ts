import type { TidyCheck } from './project.ts';
import { checkLengths } from './ratchet.ts';

const linesMax = 600;

/** A file that nobody can hold in the head is several files. The aim is 100 lines, this the end. */
export const fileLength: TidyCheck = {
  name: 'file length',
  find: (project) =>
    checkLengths(
      project,
      project.sources.map(({ path, text }) => ({
        key: path,
        path,
        line: 0,
        lines: text.trimEnd().split('\n').length,
      })),
      { list: 'fileLines', linesMax },
    ),
};
