import { type Finding, findInCode, type SourceFile, type TidyCheck } from './project.ts';

const inCode =
  /(?:[:<,|&(]|\bas)\s*any\b(?=\s*[;,)>=|&[\]{}]|\s*$)|\bas\s+(?:unknown|never)\s+as\b/gm;
const inComments =
  /@ts-(?:ignore|expect-error|nocheck)|(?:oxlint|eslint|biome)-(?:disable|ignore)[\w-]*/g;

/** Where the types are told to look away, a reader must find why on the same line. */
export const escapeHatches: TidyCheck = {
  name: 'escape hatches have a reason',
  find: ({ sources }) => sources.flatMap((file) => [...findCasts(file), ...findSilencers(file)]),
};

function findCasts(file: SourceFile): readonly Finding[] {
  const comments = file.masked.comments.split('\n');
  return findInCode(
    file,
    inCode,
    ([text]) => `\`${text.trim()}\` without a reason on its line`,
  ).filter(({ line }) => (comments[line - 1] ?? '').trim() === '');
}

/** A silencer is a comment itself: its reason follows ` -- ` (or a colon). */
function findSilencers({ path, masked }: SourceFile): readonly Finding[] {
  return masked.comments
    .split('\n')
    .flatMap((comment, index) =>
      [...comment.matchAll(inComments)]
        .filter(({ index: at, 0: text }) => !/(--|:)\s*\w/.test(comment.slice(at + text.length)))
        .map(([text]) => ({ path, line: index + 1, message: `${text} without a reason` })),
    );
}
