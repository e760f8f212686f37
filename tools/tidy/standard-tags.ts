import { type Finding, type Project, type SourceFile, type TidyCheck } from './project.ts';

const list = 'docs/standards.md';

/**
 * A citation names a standard that docs/standards.md lists with its edition, so that a reader can lay
 * the page beside the code.
 */
export const standardTags: TidyCheck = {
  name: '@standard citations',
  find: (project) => {
    const known = knownStandards(project);
    return project.sources.flatMap((file) => findIn(file, known));
  },
};

function findIn(file: SourceFile, known: readonly string[]): readonly Finding[] {
  return file.masked.comments.split('\n').flatMap((comment, index) => {
    const tag = /@standard\b(?<text>.*?)(?:\*\/)?\s*$/.exec(comment);
    if (tag === null) return [];
    const text = (tag.groups?.['text'] ?? '').trim();
    const message = judge(text, known);
    return message === undefined ? [] : [{ path: file.path, line: index + 1, message }];
  });
}

function judge(text: string, known: readonly string[]): string | undefined {
  if (text === '') return '@standard names no standard';
  if (
    known.some(
      (one) => text === one || (/^[\s,;]/.test(text.slice(one.length)) && text.startsWith(one)),
    )
  )
    return undefined;
  return `@standard ${text}: starts with no standard of ${list}`;
}

/** First cells of the tables in docs/standards.md; all that a citation may start with. */
function knownStandards(project: Project): readonly string[] {
  const text = project.read(list)?.toString('utf8') ?? '';
  const cells = [...text.matchAll(/^\| *([^|]+?) *\|/gm)].map(([, cell]) => cell ?? '');
  return cells.flatMap((cell) => cell.split(/, */)).filter((cell) => /\w/.test(cell));
}
