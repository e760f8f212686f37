import type { Finding, Project } from './project.ts';

const file = 'tools/tidy/ratchet.json';

/** Something measured against a hard limit, by a name that stays when lines move. */
export interface Measured {
  readonly key: string;
  readonly path: string;
  readonly line: number;
  readonly lines: number;
}

/**
 * Hold what is measured to `linesMax`, except what `ratchet.json` lists under `list`: that may not
 * grow beyond its figure, and its figure must follow when it shrinks. So the list only shrinks.
 */
export function checkLengths(
  project: Project,
  measured: readonly Measured[],
  rule: { readonly list: 'fileLines' | 'functionLines'; readonly linesMax: number },
): readonly Finding[] {
  const exceptions = readList(project, rule.list);
  const byKey = new Map(measured.map((one) => [one.key, one]));
  const stale = [...exceptions.keys()].filter((key) => !byKey.has(key));
  return [
    ...measured.flatMap((one) => judge(one, exceptions.get(one.key), rule.linesMax)),
    ...stale.map((key) => ({ path: file, line: 0, message: `${key} is gone: remove its entry` })),
  ];
}

function judge(one: Measured, allowed: number | undefined, linesMax: number): readonly Finding[] {
  const { path, line, lines, key } = one;
  if (allowed === undefined)
    return lines <= linesMax
      ? []
      : [{ path, line, message: `${key} has ${lines} lines, at most ${linesMax}` }];
  if (lines <= linesMax)
    return [{ path: file, line: 0, message: `${key} is within the limit: remove its entry` }];
  if (lines < allowed)
    return [{ path: file, line: 0, message: `${key} shrank to ${lines}: set its entry to that` }];
  return lines === allowed
    ? []
    : [{ path, line, message: `${key} grew from ${allowed} to ${lines} lines` }];
}

function readList(project: Project, list: string): ReadonlyMap<string, number> {
  const text = project.read(file)?.toString('utf8') ?? '{}';
  const parsed = JSON.parse(text) as Readonly<Record<string, Record<string, number>>>;
  return new Map(Object.entries(parsed[list] ?? {}));
}
