import { concatBytes, noBytes, viewOf } from '../../lib/bytes/bytes.ts';
import type { ByteStream } from '../../lib/streams/byte-stream.ts';
import { layout } from '../crypt4gh/layout.ts';
import { sealErrors } from '../errors.ts';
import { sealLimits } from '../limits.ts';

/**
 * Split any Crypt4GH file after its header, which may have packets for several readers. The rest is read on from the same
 * source. Whether the header makes sense shows when it is opened.
 *
 * @throws SEAL_HEADER_INVALID, SEAL_HEADER_UNSUPPORTED
 */
export async function splitOwnHeader(
  source: ByteStream,
): Promise<{ readonly header: Uint8Array; readonly rest: ByteStream }> {
  const iterator = source[Symbol.asyncIterator]();
  let bytes: Uint8Array = noBytes;
  const upTo = async (length: number): Promise<void> => {
    while (bytes.length < length) {
      const next = await iterator.next();
      if (next.done === true)
        throw sealErrors.create('SEAL_HEADER_INVALID', { context: { offset: bytes.length } });
      bytes = concatBytes([bytes, next.value]);
    }
  };
  await upTo(layout.preambleSize);
  const count = viewOf(bytes).getUint32(12, true);
  if (count > sealLimits.headerPacketCountMax) throw tooLarge('packet count');
  let end: number = layout.preambleSize;
  for (let packet = 0; packet < count; packet++) {
    await upTo(end + 4);
    const length = viewOf(bytes).getUint32(end, true);
    if (length < 4 || length > sealLimits.headerPacketSizeMax) throw tooLarge('packet length');
    end += length;
  }
  await upTo(end);
  const left = bytes.subarray(end);
  const rest = async function* (): AsyncGenerator<Uint8Array> {
    if (left.length > 0) yield left;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
      yield next.value;
  };
  return { header: bytes.subarray(0, end), rest: rest() };
}

function tooLarge(what: string): Error {
  return sealErrors.create('SEAL_HEADER_UNSUPPORTED', { context: { what } });
}
