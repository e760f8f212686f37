import { type Finding, findInCode, type SourceFile, type TidyCheck } from './project.ts';

const marks = /\b(FIXME|TODO|XXX)\b/;
const onlyCall = /\b(?:test|suite|describe|it)\.only\b|\bonly\s*:\s*true\b/g;

/** Work put off belongs in an issue, where somebody sees it; `.only` hides every other test. */
export const leftovers: TidyCheck = {
  name: 'leftovers',
  find: ({ sources }) =>
    sources.flatMap((file) => [
      ...findMarks(file),
      ...findInCode(file, onlyCall, ([text]) => `${text} hides the other tests`),
    ]),
};

function findMarks({ path, masked }: SourceFile): readonly Finding[] {
  return masked.comments.split('\n').flatMap((comment, index) => {
    const mark = marks.exec(comment)?.[1];
    return mark === undefined ? [] : [{ path, line: index + 1, message: `a ${mark} was left` }];
  });
}
