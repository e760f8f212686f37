import { type Finding, type Project, type SourceFile, type TidyCheck } from './project.ts';

const list = 'docs/standards.md';

/**
 * A citation names a standard that docs/standards.md lists with its edition, so that a reader can lay
 * the page beside the code. Several are separated by `;` or `,`: `PS3.5 §A.4, RFC 1951`.
 */
export const standardTags: TidyCheck = {
  name: '@standard citations',
  find: (project) => {
    const known = knownStandards(project);
    return project.sources.flatMap((file) => findIn(file, known));
  },
};

function findIn(file: SourceFile, known: ReadonlySet<string>): readonly Finding[] {
  return file.masked.comments.split('\n').flatMap((comment, index) => {
    const tag = /@standard\b(?<text>.*?)(?:\*\/)?\s*$/.exec(comment);
    if (tag === null) return [];
    const text = (tag.groups?.['text'] ?? '').trim();
    const message = judge(text, known);
    return message === undefined ? [] : [{ path: file.path, line: index + 1, message }];
  });
}

function judge(text: string, known: ReadonlySet<string>): string | undefined {
  if (text === '') return '@standard names no standard';
  const first = nameOf(text);
  if (!known.has(first)) return `@standard ${first}: not in ${list}`;
  return undefined;
}

/** The standard a citation starts with: `PS3.8 §9.3` is `PS3.8`, `RFC 4918 §9.1` is `RFC 4918`. */
function nameOf(citation: string): string {
  return /^(?:PS3\.\d+|RFC \d+|[^§,;(]+)/.exec(citation)?.[0].trim() ?? citation;
}

/** First cells of the tables in docs/standards.md; all that a citation may start with. */
function knownStandards(project: Project): ReadonlySet<string> {
  const text = project.read(list)?.toString('utf8') ?? '';
  const cells = [...text.matchAll(/^\| *([^|]+?) *\|/gm)].map(([, cell]) => cell ?? '');
  return new Set(cells.flatMap((cell) => cell.split(/, */)));
}
