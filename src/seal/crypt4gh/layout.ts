import { assert } from '../../lib/assert.ts';
import { viewOf } from '../../lib/bytes/bytes.ts';
import { sealErrors } from '../errors.ts';

/** Sizes of Crypt4GH, in bytes. @standard GA4GH Crypt4GH 1.0 §2, §3 */
export const layout = {
  magic: 'crypt4gh',
  version: 1,
  /** Magic, version, packet count. */
  preambleSize: 16,
  /** Length, method, writer's public key, nonce, sealed payload of 40, tag. */
  dataKeyPacketSize: 108,
  /** Header as written here: preamble and one packet. */
  headerSize: 124,
  keySize: 32,
  nonceSize: 12,
  tagSize: 16,
  /** Plaintext of a full segment. */
  segmentSize: 65_536,
  /** Nonce and tag around a segment's ciphertext. */
  segmentOverhead: 28,
  sealedSegmentSize: 65_564,
} as const;

/** A part of a file: `length` bytes from `offset` on. */
export interface ByteSpan {
  readonly offset: number;
  readonly length: number;
}

/** How many segments hold `plaintextSize` bytes; 0 for an empty file. */
export function segmentCountOf(plaintextSize: number): number {
  return Math.ceil(plaintextSize / layout.segmentSize);
}

/** Size of the sealed file, exact and known before sealing. */
export function sealedSizeOf(plaintextSize: number): number {
  return layout.headerSize + plaintextSize + layout.segmentOverhead * segmentCountOf(plaintextSize);
}

/**
 * The sealed bytes that must be read to open a plaintext range: whole segments, header excluded.
 *
 * @returns a span of the sealed file; empty for an empty range
 * @throws SEAL_RANGE_INVALID when the range is not within the file
 */
export function sealedRangeOf(plain: ByteSpan, plaintextSize: number): ByteSpan {
  checkSpan(plain, plaintextSize);
  if (plain.length === 0) return { offset: layout.headerSize, length: 0 };
  const first = Math.floor(plain.offset / layout.segmentSize);
  const end = segmentCountOf(plain.offset + plain.length);
  const offset = layout.headerSize + first * layout.sealedSegmentSize;
  const sealedEnd = layout.headerSize + end * layout.sealedSegmentSize;
  return { offset, length: Math.min(sealedEnd, sealedSizeOf(plaintextSize)) - offset };
}

/** @throws SEAL_RANGE_INVALID when `span` is not within a file of `size` bytes */
export function checkSpan(span: ByteSpan, size: number): void {
  const { offset, length } = span;
  const whole = [offset, length, size].every((value) => Number.isSafeInteger(value) && value >= 0);
  if (!whole || offset > size || length > size - offset)
    throw sealErrors.create('SEAL_RANGE_INVALID', { context: { offset, length, size } });
}

/**
 * Write the nonce of a segment: its index from 0, eight bytes little-endian like every number of
 * Crypt4GH, then four zero bytes. The data key is fresh for each production, so no nonce repeats.
 */
export function writeSegmentNonce(target: Uint8Array, index: number): void {
  assert(target.length === layout.nonceSize, 'a nonce has 12 bytes');
  const view = viewOf(target);
  view.setBigUint64(0, BigInt(index), true);
  view.setUint32(8, 0);
}
