import type { ProvenStack, SeriesId } from './catalog.ts';
import type { FileTable } from './schema.ts';

/** What a pass found a series to hold. */
export interface Proof {
  readonly series: SeriesId;
  readonly stacks: readonly ProvenStack[];
}

/** A file of a stack of the series; without a file, a stack that has none. */
export interface StackRow {
  /** Of the stack. */
  readonly name: string;
  readonly gone: number;
  readonly fileId: number | null;
  readonly product: string | null;
  readonly state: FileTable['state'] | null;
}

/** Files whose stack, or which form of it, is not there any more, or is there again. */
export interface StackChanges {
  readonly gone: readonly number[];
  readonly back: readonly number[];
}

/** What a proof changes; undefined where it says what is known. */
export function stackChanges(
  rows: readonly StackRow[],
  { stacks }: Proof,
): StackChanges | undefined {
  const proven = new Map(stacks.map((stack) => [stack.name, stack]));
  const gone: number[] = [];
  const back: number[] = [];
  const known = new Set<string>();
  for (const { name, gone: isGone, fileId, product, state } of rows) {
    if (isGone === 0) known.add(name);
    if (fileId === null || product === null) continue;
    known.add(`${name}.${product}`);
    const isThere = hasForm(proven.get(name), product);
    if (!isThere && state !== 'gone') gone.push(fileId);
    if (isThere && state === 'gone') back.push(fileId);
  }
  const names = stacks.flatMap(({ name, products }) => [
    name,
    ...products.map((product) => `${name}.${product}`),
  ]);
  const areStacksKnown = rows.every(({ name, gone: isGone }) => isGone === 1 || proven.has(name));
  const isKnown = areStacksKnown && names.every((name) => known.has(name));
  return isKnown && gone.length === 0 && back.length === 0 ? undefined : { gone, back };
}

/** A stack that is refused now may have every form that it had. */
const hasForm = (stack: ProvenStack | undefined, product: string): boolean =>
  stack !== undefined && (stack.isRefused || stack.products.includes(product));
