import { hash } from 'node:crypto';
import { assert } from '../../lib/assert.ts';
import { equalBytes } from '../../lib/bytes/bytes.ts';

/** Bytes of a leaf, a node and a root. */
export const nodeSize = 32;

/** An empty tree. @standard RFC 9162 §2.1.1 */
const emptyRoot: Uint8Array = hash('sha256', new Uint8Array(0), 'buffer');

/**
 * The root of a hash tree whose leaves come one by one. Keeps one node for each level, whatever the
 * number of leaves.
 *
 * @standard RFC 9162 §2.1.1, §2.1.2
 */
export class TreeRoot {
  /** Roots of full subtrees, the largest first, with the number of their leaves. */
  readonly #full: { leaves: number; root: Uint8Array }[] = [];

  /** @param leaf 32 bytes, kept */
  push(leaf: Uint8Array): void {
    let root = leaf;
    let leaves = 1;
    for (let last = this.#full.at(-1); last?.leaves === leaves; last = this.#full.at(-1)) {
      this.#full.pop();
      root = nodeOf(last.root, root);
      leaves *= 2;
    }
    this.#full.push({ leaves, root });
  }

  /** Of the leaves so far; more may follow. */
  root(): Uint8Array {
    const roots = this.#full.map(({ root }) => root);
    return roots.length === 0 ? emptyRoot : roots.reduceRight((right, left) => nodeOf(left, right));
  }
}

/** @param leaves 32 bytes each @standard RFC 9162 §2.1.1 */
export function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  const tree = new TreeRoot();
  for (const leaf of leaves) tree.push(leaf);
  return tree.root();
}

/**
 * What must be known beside leaf `index` to compute the root: its siblings, the lowest first.
 * @standard RFC 9162 §2.1.3.1
 */
export function pathOf(leaves: readonly Uint8Array[], index: number): readonly Uint8Array[] {
  return besides(leaves, { first: index, end: index + 1 });
}

/**
 * The root that follows from one leaf and its path; undefined when the path has not the length of a
 * tree of `count` leaves.
 * @standard RFC 9162 §2.1.3.2
 */
export function rootFrom(
  leaf: Uint8Array,
  place: { readonly index: number; readonly count: number },
  path: readonly Uint8Array[],
): Uint8Array | undefined {
  const { index, count } = place;
  return rootFromRange([leaf], { first: index, count }, path);
}

/**
 * What must be known beside the leaves from `first` to `end` to compute the root: for one leaf the
 * path of RFC 9162, for many the same idea, each subtree that holds none of them by its root. In the
 * order in which `rootFromRange` meets them: the parts of the smaller half first.
 */
export function besides(leaves: readonly Uint8Array[], range: LeafRange): readonly Uint8Array[] {
  const rootBetween = (from: number, to: number): Uint8Array => rootOf(leaves.slice(from, to));
  return besidesIn({ count: leaves.length, rootBetween }, range);
}

/** Some leaves of a tree: from index `first` to before `end`, at least one. */
export interface LeafRange {
  readonly first: number;
  readonly end: number;
}

/** A tree whose leaves are not all at hand. */
export interface Subtrees {
  readonly count: number;
  /** Root of the subtree of the leaves from `from` to before `to`. */
  readonly rootBetween: (from: number, to: number) => Uint8Array;
}

/** As `besides`. */
export function besidesIn(
  { count, rootBetween }: Subtrees,
  { first, end }: LeafRange,
): readonly Uint8Array[] {
  assert(0 <= first && first < end && end <= count, 'a range of leaves');
  const found: Uint8Array[] = [];
  const walk = (from: number, to: number): void => {
    if (from >= first && to <= end) return;
    const middle = from + largestPowerBelow(to - from);
    const isLeft = first < middle;
    const isRight = end > middle;
    if (isLeft) walk(from, middle);
    if (isRight) walk(middle, to);
    if (!isLeft) found.push(rootBetween(from, middle));
    if (!isRight) found.push(rootBetween(middle, to));
  };
  walk(0, count);
  return found;
}

/**
 * The root that follows from the leaves from `first` on and what `besides` gave for them; undefined
 * when that is not as many as a tree of `count` leaves has beside them.
 */
export function rootFromRange(
  leaves: readonly Uint8Array[],
  place: { readonly first: number; readonly count: number },
  beside: readonly Uint8Array[],
): Uint8Array | undefined {
  const { first, count } = place;
  const end = first + leaves.length;
  if (!(first >= 0 && first < end && end <= count)) return undefined;
  let used = 0;
  const given = (): Uint8Array => beside[used++] ?? emptyRoot;
  const walk = (from: number, to: number): Uint8Array => {
    if (from >= first && to <= end) return rootOf(leaves.slice(from - first, to - first));
    const middle = from + largestPowerBelow(to - from);
    const left = first < middle ? walk(from, middle) : undefined;
    const right = end > middle ? walk(middle, to) : undefined;
    return nodeOf(left ?? given(), right ?? given());
  };
  const root = walk(0, count);
  return used === beside.length ? root : undefined;
}

/** Whether two roots are one. */
export function isSameRoot(one: Uint8Array | undefined, other: Uint8Array): boolean {
  return one !== undefined && equalBytes(one, other);
}

function nodeOf(left: Uint8Array, right: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + 2 * nodeSize);
  bytes[0] = 1;
  bytes.set(left, 1);
  bytes.set(right, 1 + nodeSize);
  return hash('sha256', bytes, 'buffer');
}

/** The largest power of two smaller than `count`. */
function largestPowerBelow(count: number): number {
  assert(count > 1, 'at least two leaves');
  return 2 ** (31 - Math.clz32(count - 1));
}
