import { type Finding, isTest, type TidyCheck } from './project.ts';
import { mintImporters } from './ranks.ts';
import { isBelow, sourceFolder } from './source-folder.ts';

/**
 * Only the folder whose work makes the claim true may declare data identified, de-identified or
 * sealed. Everything the brands promise rests on this list.
 */
export const importMints: TidyCheck = {
  name: 'mints of the one-way flow',
  find: ({ sources }) =>
    sources
      .filter(({ path }) => !isTest(path) && !isBelow(path, 'src/flow'))
      .flatMap((file) =>
        file.imports.flatMap(({ target, line }): readonly Finding[] => {
          const message = target === undefined ? undefined : judge(file.path, target);
          return message === undefined ? [] : [{ path: file.path, line, message }];
        }),
      ),
};

function judge(from: string, target: string): string | undefined {
  if (isBelow(target, 'src/flow/internal')) return 'only src/flow opens its boxes';
  if (!isBelow(target, 'src/flow/mint')) return undefined;
  const importers = mintImporters[target];
  if (importers === undefined) return `${target} is not listed in tools/tidy/ranks.ts`;
  if (importers.includes(sourceFolder(from) ?? '')) return undefined;
  return `only ${importers.join(' and ')} may import ${target}`;
}
