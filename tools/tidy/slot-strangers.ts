import { type Finding, isTest, type SourceFile, type TidyCheck } from './project.ts';
import { slots } from './ranks.ts';
import { isBelow } from './source-folder.ts';

/** No door imports another door, no back end another: each can be added, read and deleted alone. */
export const slotStrangers: TidyCheck = {
  name: 'slots are strangers',
  find: ({ sources }) => sources.filter(({ path }) => !isTest(path)).flatMap(findIn),
};

function findIn(file: SourceFile): readonly Finding[] {
  return slots.flatMap(({ folder, except }) => {
    const member = memberOf(file.path, folder);
    if (member === undefined || except.includes(member)) return [];
    return file.imports.flatMap(({ target, line }) => {
      const other = target === undefined ? undefined : memberOf(target, folder);
      if (other === undefined || other === member || except.includes(other)) return [];
      const message = `${folder}/${member} may not import its neighbour ${other}`;
      return [{ path: file.path, line, message }];
    });
  });
}

/** `srm` for `src/access/srm/x.ts` in `src/access`; undefined for files not in a member's folder. */
function memberOf(path: string, folder: string): string | undefined {
  if (!isBelow(path, folder)) return undefined;
  const [member, rest] = path.slice(folder.length + 1).split('/');
  return rest === undefined ? undefined : member;
}
