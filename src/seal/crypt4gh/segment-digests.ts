import { setImmediate as turn } from 'node:timers/promises';
import { assert } from '../../lib/assert.ts';
import { besides, isSameRoot, rootFromRange, TreeRoot } from '../tree/hash-tree.ts';
import { segmentLeaf } from '../tree/leaf.ts';
import { segmentCountOf } from './layout.ts';

/** Bytes of one digest in a list. */
export const digestSize = 32;

/** Digests between two turns of the event loop: some 10 ms. */
const digestsPerTurn = 4096;

/**
 * The root of the tree of segment digests. A version statement carries the root; the list itself
 * needs no signature.
 *
 * @param digests SHA-256 of each plaintext segment, 32 bytes each, in order
 * @standard RFC 9162 §2.1.1
 */
export async function segmentRootOf(
  digests: Uint8Array,
  plaintextSize: number,
): Promise<Uint8Array> {
  const count = segmentCountOf(plaintextSize);
  assert(digests.length === count * digestSize, 'one digest for each segment');
  const tree = new TreeRoot();
  for (let index = 0; index < count; index++) {
    tree.push(segmentLeaf(digestAt(digests, index)));
    if (index % digestsPerTurn === digestsPerTurn - 1) await turn();
  }
  return tree.root();
}

/** The digests of some segments, and what proves that they are those of the file. */
export interface SegmentProof {
  /** Index of the first of them. */
  readonly first: number;
  /** 32 bytes each. */
  readonly digests: Uint8Array;
  /** Nodes beside them, in the order of `besides`. */
  readonly beside: readonly Uint8Array[];
}

/** @param digests of all segments @param range within them, at least one */
export function segmentProofOf(
  digests: Uint8Array,
  range: { readonly first: number; readonly end: number },
): SegmentProof {
  const { first, end } = range;
  return {
    first,
    digests: digests.slice(first * digestSize, end * digestSize),
    beside: besides(leavesOf(digests), range),
  };
}

/** Whether these are digests of segments of a file of that size, whose statement has this root. */
export function isSegmentProof(
  { first, digests, beside }: SegmentProof,
  file: { readonly plaintextSize: number; readonly segmentRoot: Uint8Array },
): boolean {
  const place = { first, count: segmentCountOf(file.plaintextSize) };
  if (digests.length % digestSize !== 0) return false;
  return isSameRoot(rootFromRange(leavesOf(digests), place, beside), file.segmentRoot);
}

function leavesOf(digests: Uint8Array): readonly Uint8Array[] {
  const count = digests.length / digestSize;
  return Array.from({ length: count }, (_, index) => segmentLeaf(digestAt(digests, index)));
}

function digestAt(digests: Uint8Array, index: number): Uint8Array {
  return digests.subarray(index * digestSize, (index + 1) * digestSize);
}

/** A growing list of digests. */
export class DigestList {
  #bytes = new Uint8Array(64 * digestSize);
  #length = 0;

  push(digest: Uint8Array): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(digest, this.#length);
    this.#length += digestSize;
  }

  /** The list so far, 32 bytes a digest; a copy. */
  toBytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}
