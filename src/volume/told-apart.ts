import type { StackTrait } from './described-stack.ts';

/** Names of the lines of a stack's key that have none of their own (`stack-key.ts`). */
const lineNames: readonly string[] = [
  'StackKey',
  'SOPClassUID',
  'SliceDirection',
  'ImageOrientationPatient',
  'Rows',
  'Columns',
  'RowSpacing',
  'ColumnSpacing',
];

/** What tells a stack from the others of its series: the lines of its key that not all have. */
export function toldApartBy(key: string, all: readonly string[]): readonly StackTrait[] {
  const others = all.map((other) => new Set(linesOf(other)));
  return linesOf(key)
    .filter((line) => others.some((lines) => !lines.has(line)))
    .map((line) => {
      const at = line.indexOf('=');
      return { name: line.slice(0, at), value: line.slice(at + 1) };
    });
}

function linesOf(key: string): readonly string[] {
  return key.split('\n').map((line, at) => {
    const name = lineNames[at];
    return name === undefined ? line : `${name}=${line}`;
  });
}
