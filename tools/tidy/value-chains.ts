import { type Finding, isTest, type Project, type SourceFile, type TidyCheck } from './project.ts';
import { forbiddenChains } from './ranks.ts';
import { isBelow, sourceFolder } from './source-folder.ts';

/** What a folder must not be able to run, not even through others. Types are erased and do not count. */
export const valueChains: TidyCheck = {
  name: 'chains of value imports',
  find: (project) =>
    forbiddenChains.flatMap(({ from, to, reason }) =>
      project.sources
        .filter(({ path }) => isBelow(path, `src/${from}`) && !isTest(path))
        .flatMap((file): readonly Finding[] => {
          const chain = chainTo(project, file, new Set(to));
          const message = `${chain?.join(' -> ')}: ${reason}`;
          return chain === undefined ? [] : [{ path: file.path, line: 0, message }];
        }),
    ),
};

/** The shortest chain of value imports from `start` into one of `folders`. */
function chainTo(
  { sources }: Project,
  start: SourceFile,
  folders: ReadonlySet<string>,
): readonly string[] | undefined {
  const byPath = new Map(sources.map((file) => [file.path, file]));
  const chains = new Map<string, readonly string[]>([[start.path, [start.path]]]);
  // A Map gives what is added while it is walked: this is breadth first and ends, for paths are finite.
  for (const [path, chain] of chains) {
    if (folders.has(sourceFolder(path) ?? '')) return chain;
    for (const { target, typeOnly } of byPath.get(path)?.imports ?? [])
      if (target !== undefined && !typeOnly && !chains.has(target))
        chains.set(target, [...chain, target]);
  }
  return undefined;
}
