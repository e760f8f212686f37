import { isTest, type TidyCheck } from './project.ts';
import { worldlyFolders, worldlyModules } from './ranks.ts';
import { isBelow } from './source-folder.ts';

/** Sockets and files live in few folders; everything else is bytes in, values out. */
export const importBuiltins: TidyCheck = {
  name: 'network and file modules',
  find: ({ sources }) =>
    sources
      .filter(({ path }) => isBelow(path, 'src') && !isTest(path))
      .filter(({ path }) => !worldlyFolders.some((folder) => isBelow(path, folder)))
      .flatMap(({ path, imports }) =>
        imports
          .filter(({ specifier }) => worldlyModules.has(withPrefix(specifier)))
          .map(({ specifier, line }) => ({ path, line, message: `${specifier} is not for here` })),
      ),
};

const withPrefix = (specifier: string): string =>
  specifier.startsWith('node:') ? specifier : `node:${specifier}`;
