import type { FileTable } from './schema.ts';

/** A stack that a pass found a series to hold, and the forms of its files. */
export interface StackForms {
  readonly name: string;
  /** Names of the products that it has. */
  readonly products: readonly string[];
  /** Of those that it has not, because it is refused: they answer with the code, and are not listed. */
  readonly unmade: readonly string[];
}

/** A file of a stack of the series; without a file, a stack that has none. */
export interface StackRow {
  /** Of the stack. */
  readonly name: string;
  readonly gone: number;
  readonly fileId: number | null;
  readonly product: string | null;
  readonly state: FileTable['state'] | null;
  readonly unmade: number | null;
}

/** Files whose stack, or which form of it, is not there any more, or is there again. */
export interface StackChanges {
  readonly gone: readonly number[];
  readonly back: readonly number[];
}

/** What a proof changes; undefined where it says what is known. */
export function stackChanges(
  rows: readonly StackRow[],
  stacks: readonly StackForms[],
): StackChanges | undefined {
  const proven = new Map(stacks.map((stack) => [stack.name, stack]));
  const gone: number[] = [];
  const back: number[] = [];
  const known = new Set<string>();
  for (const { name, gone: isGone, fileId, product, state, unmade } of rows) {
    if (isGone === 0) known.add(name);
    if (fileId === null || product === null) continue;
    const stack = proven.get(name);
    const isUnmade = stack?.unmade.includes(product) === true;
    const isThere = isUnmade || stack?.products.includes(product) === true;
    if (!isThere && state !== 'gone') gone.push(fileId);
    if (isThere && state === 'gone') back.push(fileId);
    if (isThere && unmade === Number(isUnmade)) known.add(`${name}.${product}`);
  }
  const names = stacks.flatMap((stack) => [stack.name, ...fileNamesOf(stack)]);
  const areStacksKnown = rows.every(({ name, gone: isGone }) => isGone === 1 || proven.has(name));
  const isKnown = areStacksKnown && names.every((name) => known.has(name));
  return isKnown && gone.length === 0 && back.length === 0 ? undefined : { gone, back };
}

/** Names of all files of a stack. */
function fileNamesOf({ name, products, unmade }: StackForms): readonly string[] {
  return [...products, ...unmade].map((product) => `${name}.${product}`);
}
