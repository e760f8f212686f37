import { type Finding, isTest, type SourceFile, type TidyCheck } from './project.ts';
import { allowLists, demoMayImport, importableFromOwnRank, ranks, refusals } from './ranks.ts';
import type { SourceImport } from './scan-imports.ts';
import { isBelow, sourceFolder } from './source-folder.ts';

/**
 * A folder imports only from lower ranks and from itself, so that a reader knows what a change can
 * reach. Types count too: who names another folder's type depends on it.
 */
export const importRanks: TidyCheck = {
  name: 'import ranks',
  find: ({ sources }) =>
    sources
      .filter(({ path }) => !isTest(path))
      .flatMap((file) => file.imports.flatMap((one) => judge(file, one))),
};

function judge(file: SourceFile, { target, line }: SourceImport): readonly Finding[] {
  if (target === undefined) return [];
  const message = isBelow(file.path, 'demo')
    ? judgeDemo(target)
    : judgeSource(sourceFolder(file.path), target);
  return message === undefined ? [] : [{ path: file.path, line, message }];
}

function judgeDemo(target: string): string | undefined {
  const to = sourceFolder(target);
  if (to === undefined || demoMayImport.includes(to)) return undefined;
  return `demo/ may import ${demoMayImport.join(', ')}, not ${to}`;
}

function judgeSource(from: string | undefined, target: string): string | undefined {
  if (from === undefined) return undefined;
  const to = sourceFolder(target);
  if (to === undefined)
    return target === 'package.json' ? undefined : `src/ may not import ${target}`;
  if (to === from) return undefined;
  const fromRank = ranks[from];
  const toRank = ranks[to];
  if (fromRank === undefined || toRank === undefined)
    return `${fromRank === undefined ? from : to} has no rank: give it one in tools/tidy/ranks.ts`;
  if (toRank > fromRank || (toRank === fromRank && !importableFromOwnRank.has(to)))
    return `${from} (rank ${fromRank}) may not import ${to} (rank ${toRank})`;
  return judgeExtra(from, to, target);
}

function judgeExtra(from: string, to: string, target: string): string | undefined {
  const allowed = allowLists[from];
  if (allowed !== undefined && !allowed.folders.includes(to) && !allowed.files.includes(target))
    return `${from} may import only ${allowed.folders.join(', ')}: ${allowed.reason}`;
  const refused = refusals[from];
  if (refused?.folders.includes(to)) return `${from} may not import ${to}: ${refused.reason}`;
  return undefined;
}
