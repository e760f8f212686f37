import type { FileTable } from './schema.ts';

/** A stack that a pass found a series to hold, and the forms of its files. */
export interface StackForms {
  readonly name: string;
  /** Nothing is known of its forms: its files stay as they are. */
  readonly isPending: boolean;
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

/** Files that are not there any more, and those that start anew. */
export interface StackChanges {
  readonly gone: readonly number[];
  /** There again, or of a stack that was refused and is a volume, or the reverse. */
  readonly anew: readonly number[];
}

/** What a proof changes; undefined where it says what is known. */
export function stackChanges(
  rows: readonly StackRow[],
  stacks: readonly StackForms[],
): StackChanges | undefined {
  const proven = new Map(stacks.map((stack) => [stack.name, stack]));
  const gone: number[] = [];
  const anew: number[] = [];
  const wereRefused = new Set(rows.flatMap(({ name, unmade }) => (unmade === 1 ? [name] : [])));
  const known = new Set<string>();
  for (const { name, gone: isGone, fileId, product, state, unmade } of rows) {
    if (isGone === 0) known.add(name);
    const stack = proven.get(name);
    if (fileId === null || product === null || stack?.isPending === true) continue;
    const isUnmade = stack?.unmade.includes(product) === true;
    const isThere = isUnmade || stack?.products.includes(product) === true;
    if (!isThere && state !== 'gone') gone.push(fileId);
    const isTurned = (stack?.unmade.length ?? 0) > 0 !== wereRefused.has(name);
    if (isThere && (state === 'gone' || isTurned)) anew.push(fileId);
    if (isThere && unmade === Number(isUnmade)) known.add(`${name}.${product}`);
  }
  const names = stacks.flatMap((stack) => [stack.name, ...fileNamesOf(stack)]);
  const areStacksKnown = rows.every(({ name, gone: isGone }) => isGone === 1 || proven.has(name));
  const isKnown = areStacksKnown && names.every((name) => known.has(name));
  return isKnown && gone.length === 0 && anew.length === 0 ? undefined : { gone, anew };
}

/** Names of all files of a stack. */
function fileNamesOf({ name, products, unmade }: StackForms): readonly string[] {
  return [...products, ...unmade].map((product) => `${name}.${product}`);
}
