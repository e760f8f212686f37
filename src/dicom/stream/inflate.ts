import { createInflateRaw, type InflateRaw } from 'node:zlib';
import type { ByteStream } from '../../lib/streams/byte-stream.ts';
import { transferSyntax } from '../dictionary/generated/uids.ts';
import { dicomErrors } from '../errors.ts';
import { dicomLimits } from '../limits.ts';
import { encodingOf } from './transfer-syntax.ts';

/** Bounds on what a deflated data set may become. */
export interface InflateLimits {
  readonly inflatedMaxBytes: number;
  readonly inflateRatioMax: number;
  /** Output up to this many bytes may have any ratio. */
  readonly inflateRatioFreeBytes: number;
}

/** An encoded data set on its way: an `Instance`, or the data set of a file. */
interface EncodedDataSet {
  readonly transferSyntaxUid: string;
  readonly dataSet: ByteStream;
}

/**
 * An instance in a deflated transfer syntax as the same instance in explicit VR little endian; any
 * other comes back as it is. Inflating runs in the thread pool, 64 KiB at a time.
 *
 * Reading the data set fails with MdmError `DICOM_INFLATE_LIMIT` or `DICOM_DEFLATE_INVALID`.
 *
 * @standard PS3.5 §A.5
 */
export function inflateInstance<T extends EncodedDataSet>(
  instance: T,
  limits: Partial<InflateLimits> = {},
): T {
  if (!encodingOf(instance.transferSyntaxUid).deflated) return instance;
  return {
    ...instance,
    transferSyntaxUid: transferSyntax.ExplicitVRLittleEndian,
    dataSet: inflateStream(instance.dataSet, { ...dicomLimits, ...limits }),
  };
}

async function* inflateStream(
  deflated: ByteStream,
  limits: InflateLimits,
): AsyncGenerator<Uint8Array, void, void> {
  const inflater = createInflateRaw({ chunkSize: 65_536 });
  const fed = { bytes: 0 };
  // Not awaited: the source may wait for its peer when the reader leaves. It is released when it
  // gives its next chunk, or by whoever aborts it.
  void feed(inflater, deflated, fed).catch((error: unknown) => {
    inflater.destroy(error instanceof Error ? error : new Error('the source failed'));
  });
  let inflatedBytes = 0;
  try {
    for await (const chunk of inflater) {
      inflatedBytes += (chunk as Uint8Array).length;
      checkInflated(inflatedBytes, fed.bytes, limits);
      yield chunk as Uint8Array;
    }
  } catch (error) {
    throw isZlibError(error)
      ? dicomErrors.create('DICOM_DEFLATE_INVALID', { cause: error })
      : error;
  } finally {
    inflater.destroy();
  }
}

/** Write the source into the inflater, a chunk at a time: its memory may be reused after that. */
async function feed(
  inflater: InflateRaw,
  deflated: ByteStream,
  fed: { bytes: number },
): Promise<void> {
  // A write that meets broken data is never called back; the inflater closes instead.
  let wake = (): void => {};
  inflater.once('close', () => wake());
  for await (const chunk of deflated) {
    if (inflater.destroyed || inflater.readableEnded) return;
    fed.bytes += chunk.length;
    const { promise, resolve } = Promise.withResolvers<void>();
    wake = resolve;
    inflater.write(chunk, () => resolve());
    await promise;
  }
  if (!inflater.destroyed) inflater.end();
}

function checkInflated(inflatedBytes: number, fedBytes: number, limits: InflateLimits): void {
  const tooMuch = inflatedBytes > limits.inflatedMaxBytes;
  const tooDense =
    inflatedBytes > limits.inflateRatioFreeBytes &&
    inflatedBytes > fedBytes * limits.inflateRatioMax;
  if (tooMuch || tooDense) {
    throw dicomErrors.create('DICOM_INFLATE_LIMIT', { context: { inflatedBytes, fedBytes } });
  }
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
