import { hash } from 'node:crypto';
import { readSealed, type Sealed } from '../flow/index.ts';
import { type ByteStream, collectBytes } from '../lib/streams/byte-stream.ts';
import type { KeyRef } from '../recall/port.ts';
import { openHeader, openSegments, sealedLayout, sealedRangeOf, wipe } from '../seal/index.ts';
import { filesErrors } from './errors.ts';
import type { Span } from './range.ts';
import type { ReplicaKeys } from './replica-keys.ts';

/** A replica, complete or growing, as something to read from. */
export interface ReplicaSource {
  readonly key: KeyRef;
  readonly plaintextSize: number;
  /** SHA-256 of the header, hex, from the production record; undefined while it grows. */
  readonly headerDigest: string | undefined;
  /** Sealed bytes from the start of a span, at least to its end; waits where the replica grows. */
  sealedBytes(
    span: Span,
    options: { readonly signal?: AbortSignal },
  ): AsyncIterable<Sealed<Uint8Array>>;
}

/** The sealed bytes of a span as they are. */
export async function* sealedBody(
  source: ReplicaSource,
  span: Span,
  options: { readonly signal?: AbortSignal },
): AsyncGenerator<Uint8Array> {
  let left = span.length;
  if (left === 0) return;
  for await (const box of source.sealedBytes(span, options)) {
    const bytes = readSealed(box).subarray(0, left);
    left -= bytes.length;
    yield bytes;
    if (left === 0) return;
  }
  // A store that ends short must not look like the end of the file.
  throw filesErrors.create('FILES_REPLICA_CORRUPT');
}

/**
 * Open a replica for a caller of an open collection. The key is fetched here, before the first
 * byte, so that a refusal is still an answer.
 */
export async function plaintextBody(
  source: ReplicaSource,
  span: Span,
  options: { readonly keys: ReplicaKeys; readonly signal?: AbortSignal },
): Promise<ByteStream> {
  const headerSpan = { offset: 0, length: sealedLayout.headerSize };
  const [privateKey, header] = await Promise.all([
    options.keys.privateKey(source.key),
    collectBytes(sealedBody(source, headerSpan, options), {
      maxBytes: sealedLayout.headerSize,
      tooLong: () => filesErrors.create('FILES_REPLICA_CORRUPT'),
    }),
  ]);
  try {
    checkHeaderDigest(header, source.headerDigest);
    const dataKey = openHeader(header, privateKey);
    const sealed = sealedBody(source, sealedRangeOf(span, source.plaintextSize), options);
    return openSegments(sealed, { dataKey, plaintextSize: source.plaintextSize, range: span });
  } finally {
    wipe(privateKey);
  }
}

/** Only the header that the producer signed for leads to the right data key, and so to the right bytes. */
function checkHeaderDigest(header: Uint8Array, expected: string | undefined): void {
  if (expected !== undefined && hash('sha256', header, 'hex') !== expected) {
    throw filesErrors.create('FILES_REPLICA_CORRUPT');
  }
}

/** The header's digest as a production record states it. */
export function headerDigestOf(production: string): string | undefined {
  const payload = production.split('.')[1] ?? '';
  const record = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
    readonly headerDigest?: unknown;
  };
  return typeof record.headerDigest === 'string' ? record.headerDigest : undefined;
}
