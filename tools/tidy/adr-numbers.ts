import { type Finding, lineAt, type Project, type TidyCheck } from './project.ts';

const page = /^docs\/adr\/(\d{4})-[^/]*\.md$/;
const mention = /\bADR (\d+)|\bdocs\/adr\/(\d{4})/g;

/** "ADR 23" names one page, the one that was meant: decisions are numbered 1, 2, 3 ... as they land. */
export const adrNumbers: TidyCheck = {
  name: 'numbers of decisions',
  find: (project) => {
    const pages = project.files.map(({ path }) => path).filter((path) => page.test(path));
    const ranks = new Set(pages.map((_, index) => index + 1));
    return [
      ...pages.flatMap((path, index) => findMisnumbered(project, path, index + 1)),
      ...project.files.flatMap(({ path }) => findUnknown(project, path, ranks)),
    ];
  },
};

function findMisnumbered(project: Project, path: string, rank: number): readonly Finding[] {
  const heading = /^# (\d+)\. /.exec(project.read(path)?.toString('utf8') ?? '')?.[1];
  if (Number(page.exec(path)?.[1]) === rank && Number(heading) === rank) return [];
  return [
    { path, line: 0, message: `is number ${rank} of docs/adr: name and heading must say so` },
  ];
}

function findUnknown(
  project: Project,
  path: string,
  ranks: ReadonlySet<number>,
): readonly Finding[] {
  if (!/\.(?:md|ts)$/.test(path)) return [];
  const text = project.read(path)?.toString('utf8') ?? '';
  return [...text.matchAll(mention)]
    .filter((match) => !ranks.has(Number(match[1] ?? match[2])))
    .map(({ 0: name, index }) => ({
      path,
      line: lineAt(text, index),
      message: `${name} is not in docs/adr`,
    }));
}
