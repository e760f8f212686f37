import { createHash, hash } from 'node:crypto';
import { readSealed, type Sealed } from '../flow/index.ts';
import { type ByteStream, collectBytes } from '../lib/streams/byte-stream.ts';
import type { KeyRef } from '../recall/port.ts';
import { recallError } from '../recall/translate.ts';
import {
  openHeader,
  openSegments,
  sealedLayout,
  sealedRangeOf,
  sealedSizeOf,
  wipe,
} from '../seal/index.ts';
import { filesErrors } from './errors.ts';
import type { Span } from './range.ts';
import type { ReplicaKeys } from './replica-keys.ts';

/** A replica, complete or growing, as something to read from. */
export interface ReplicaSource {
  /** As it was asked for. */
  readonly path: string;
  readonly key: KeyRef;
  readonly plaintextSize: number;
  /** SHA-256 of its header, hex, as the producer stated it; undefined while it grows. */
  readonly headerDigest: string | undefined;
  /** Digest of all sealed bytes, hex; undefined while it grows. */
  readonly sealedSha256: string | undefined;
  /** Sealed bytes from the start of a span, at least to its end; waits where the replica grows. */
  sealedBytes(
    span: Span,
    options: { readonly signal?: AbortSignal },
  ): AsyncIterable<Sealed<Uint8Array>>;
}

/**
 * The sealed bytes of a span as they are. Who reads all of a complete replica gets its last bytes
 * only after its digest agreed; parts are for their reader to open, segment by segment.
 * @throws FILES_REPLICA_CORRUPT
 */
export async function* sealedBody(
  source: ReplicaSource,
  span: Span,
  options: { readonly signal?: AbortSignal },
): AsyncGenerator<Uint8Array, void, void> {
  const isWhole = span.offset === 0 && span.length === sealedSizeOf(source.plaintextSize);
  const digest = isWhole && source.sealedSha256 !== undefined ? createHash('sha256') : undefined;
  let left = span.length;
  if (left === 0) return;
  for await (const box of source.sealedBytes(span, options)) {
    const bytes = readSealed(box).subarray(0, left);
    left -= bytes.length;
    digest?.update(bytes);
    if (left === 0 && digest !== undefined && digest.digest('hex') !== source.sealedSha256) {
      throw filesErrors.create('FILES_REPLICA_CORRUPT');
    }
    yield bytes;
    if (left === 0) return;
  }
  // A store that ends short must not look like the end of the file.
  throw filesErrors.create('FILES_REPLICA_CORRUPT');
}

/**
 * Open a replica for a caller of an open collection: every segment is authenticated before any of
 * it is given out.
 * @throws FILES_REPLICA_CORRUPT, SEAL_*, KEYS_*
 */
export async function plaintextBody(
  source: ReplicaSource,
  span: Span,
  options: { readonly keys: ReplicaKeys; readonly signal?: AbortSignal },
): Promise<ByteStream> {
  const headerSpan = { offset: 0, length: sealedLayout.headerSize };
  const [privateKey, header] = await Promise.all([
    options.keys.privateKey(source.key, source.path).catch((error: unknown) => {
      throw recallError(error);
    }),
    collectBytes(sealedBody(source, headerSpan, options), {
      maxBytes: sealedLayout.headerSize,
      tooLong: () => filesErrors.create('FILES_REPLICA_CORRUPT'),
    }),
  ]);
  try {
    checkHeader(header, source.headerDigest);
    const dataKey = openHeader(header, privateKey);
    const sealed = sealedBody(source, sealedRangeOf(span, source.plaintextSize), options);
    return openSegments(sealed, { dataKey, plaintextSize: source.plaintextSize, range: span });
  } finally {
    wipe(privateKey);
  }
}

/**
 * Only the header that the producer signed for leads to the right data key, and so to the right
 * bytes: anybody who knows the public key could write another.
 */
function checkHeader(header: Uint8Array, digest: string | undefined): void {
  if (digest !== undefined && hash('sha256', header, 'hex') !== digest) {
    throw filesErrors.create('FILES_REPLICA_CORRUPT');
  }
}
