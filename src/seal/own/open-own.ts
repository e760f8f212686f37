import type { KeyObject } from 'node:crypto';
import type { ByteStream } from '../../lib/streams/byte-stream.ts';
import { layout } from '../crypt4gh/layout.ts';
import { openSegment } from '../crypt4gh/open-segments.ts';
import { sealErrors } from '../errors.ts';
import { mark, readPlace, type SegmentPlace } from './own-nonce.ts';

/** What the segments of a file prove beside their bytes. */
export type Wholeness =
  /** Each is at its place, and the last is the last: a file of `sealOwn`. */
  | 'whole'
  /** Each is at its place; segments may be missing at the end: a production without its receipt. */
  | 'in-order'
  /** Nothing: the nonces of other tools are random. */
  | 'unknown';

/**
 * Open the segments of any Crypt4GH file, one at a time, each after its tag was right. Which tool made
 * the file shows in its nonces, and all of them must agree on it.
 *
 * Says only that who wrote it knew the public key. Returns, at the end, what else is proven. A header
 * without any segment may be all that is left of a file, and is refused.
 * @param source the bytes after the header
 * @throws SEAL_SEGMENT_FORGED, SEAL_SEGMENT_MISPLACED, SEAL_TRUNCATED, SEAL_TRAILING_BYTES
 */
export async function* openOwn(
  source: ByteStream | Iterable<Uint8Array>,
  dataKey: KeyObject,
): AsyncGenerator<Uint8Array, Wholeness, void> {
  const order = new SegmentOrder();
  for await (const sealed of segmentsOf(source)) {
    if (sealed.length < layout.segmentOverhead) throw truncated(order.count);
    order.take(sealed);
    yield openSegment(sealed, dataKey, order.count - 1);
  }
  return order.end();
}

/** Holds each segment against those before it. */
class SegmentOrder {
  count = 0;
  #first: SegmentPlace | undefined;
  #isEnded = false;

  take(sealed: Uint8Array): void {
    const index = this.count++;
    const place = readPlace(sealed.subarray(0, layout.nonceSize));
    if (index === 0) this.#first = place;
    if (this.#isEnded)
      throw sealErrors.create('SEAL_TRAILING_BYTES', { context: { segment: index } });
    const isOwn = isOfOwn(place);
    const fits = place === undefined ? this.#first === undefined : place.index === index;
    if (!fits || isOwn !== isOfOwn(this.#first))
      throw sealErrors.create('SEAL_SEGMENT_MISPLACED', { context: { segment: index } });
    this.#isEnded = place?.mark === mark.last;
  }

  end(): Wholeness {
    if (this.count === 0) throw truncated(0);
    if (isOfOwn(this.#first)) {
      if (!this.#isEnded) throw truncated(this.count);
      return 'whole';
    }
    return this.#first === undefined ? 'unknown' : 'in-order';
  }
}

function isOfOwn(place: SegmentPlace | undefined): boolean {
  return place !== undefined && place.mark !== mark.production;
}

function truncated(segment: number): Error {
  return sealErrors.create('SEAL_TRUNCATED', { context: { segment } });
}

/** The segments of a body; the last is what is left. Each is used before the next is asked for. */
async function* segmentsOf(
  source: ByteStream | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  const stage = new Uint8Array(layout.sealedSegmentSize);
  let staged = 0;
  for await (const chunk of source) {
    for (let offset = 0; offset < chunk.length; ) {
      const taken = chunk.subarray(offset, offset + stage.length - staged);
      stage.set(taken, staged);
      staged += taken.length;
      offset += taken.length;
      if (staged < stage.length) continue;
      yield stage;
      staged = 0;
    }
  }
  if (staged > 0) yield stage.subarray(0, staged);
}
