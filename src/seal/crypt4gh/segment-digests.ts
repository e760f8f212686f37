import { setImmediate as turn } from 'node:timers/promises';
import { assert } from '../../lib/assert.ts';
import {
  besidesIn,
  isSameRoot,
  type LeafRange,
  nodeSize,
  rootFromRange,
  rootOf,
  TreeRoot,
} from '../tree/hash-tree.ts';
import { segmentLeaf } from '../tree/leaf.ts';
import { segmentCountOf } from './layout.ts';

/** Bytes of one digest in a list. */
export const digestSize = 32;

/** Digests between two turns of the event loop: some 10 ms. */
const digestsPerTurn = 4096;

/** Segments whose root is kept, so that a proof of some needs no look at all others. A power of two. */
const segmentsOfRun = 1024;

/** The root of a file's segment digests that come one by one. Its size does not grow with the file. */
export class SegmentRoot {
  readonly #tree = new TreeRoot();

  /** @param digest SHA-256 of the next plaintext segment */
  push(digest: Uint8Array): void {
    this.#tree.push(segmentLeaf(digest));
  }

  /** Of the segments so far. */
  root(): Uint8Array {
    return this.#tree.root();
  }
}

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
  const tree = new SegmentRoot();
  for (let index = 0; index < count; index++) {
    tree.push(digestAt(digests, index));
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

/** Roots of the subtrees of 1024 segments each, the last of fewer. */
export type SegmentRuns = readonly Uint8Array[];

/** @param digests of all segments of a file */
export async function segmentRunsOf(digests: Uint8Array): Promise<SegmentRuns> {
  const size = segmentsOfRun * digestSize;
  const runs: Uint8Array[] = [];
  for (let offset = 0; offset < digests.length; offset += size) {
    runs.push(rootOf(leavesOf(digests.subarray(offset, offset + size))));
    await turn();
  }
  return runs;
}

/**
 * What proves some segments. Computes at most the roots of two runs beside that of all runs.
 * @param file digests of all its segments, and their runs
 */
export function segmentProofOf(
  { digests, runs }: { readonly digests: Uint8Array; readonly runs: SegmentRuns },
  range: LeafRange,
): SegmentProof {
  const { first, end } = range;
  // Subtrees of more than a run consist of whole ones.
  const rootBetween = (from: number, to: number): Uint8Array =>
    to - from > segmentsOfRun
      ? rootOf(runs.slice(from / segmentsOfRun, Math.ceil(to / segmentsOfRun)))
      : rootOf(leavesOf(digests.subarray(from * digestSize, to * digestSize)));
  return {
    first,
    digests: digests.slice(first * digestSize, end * digestSize),
    beside: besidesIn({ count: digests.length / digestSize, rootBetween }, range),
  };
}

/** Whether these are digests of segments of a file of that size, whose statement has this root. */
export function isSegmentProof(
  { first, digests, beside }: SegmentProof,
  file: { readonly plaintextSize: number; readonly segmentRoot: Uint8Array },
): boolean {
  const place = { first, count: segmentCountOf(file.plaintextSize) };
  if (digests.length % digestSize !== 0) return false;
  if (beside.some((node) => node.length !== nodeSize)) return false;
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
