import { createCipheriv, type KeyObject } from 'node:crypto';
import type { Random } from '../../lib/random.ts';
import type { ByteStream } from '../../lib/streams/byte-stream.ts';
import { newHeader } from '../crypt4gh/header.ts';
import { layout, segmentCountOf } from '../crypt4gh/layout.ts';
import { sealErrors } from '../errors.ts';
import { sealLimits } from '../limits.ts';
import { mark, writePlace } from './own-nonce.ts';

/**
 * Seal a user's own bytes as a standard Crypt4GH file: 124 bytes of header, then segments, each to be
 * used before the next is asked for. The nonce of a segment is its index and, in the four bytes that
 * a production leaves zero, whether it is the last: no part of the file can be moved, repeated or left
 * out, nor its end, without being noticed. An empty file has one empty segment for that reason.
 *
 * What comes out is no `Sealed` box: no store of ours takes it.
 * @throws SEAL_KEY_INVALID, SEAL_TOO_LARGE
 */
export async function* sealOwn(
  source: ByteStream | Iterable<Uint8Array>,
  options: { readonly recipientPublicKey: Uint8Array; readonly random: Random },
): AsyncGenerator<Uint8Array, void, void> {
  const { header, dataKey } = newHeader(options.recipientPublicKey, options.random);
  yield header;
  const stage = new Uint8Array(layout.segmentSize);
  let staged = 0;
  let index = 0;
  for await (const chunk of source) {
    for (let offset = 0; offset < chunk.length; ) {
      // A full segment waits until it is known that more follows.
      if (staged === stage.length) {
        yield sealSegment(stage, { dataKey, index: index++, mark: mark.more });
        staged = 0;
        if (index >= segmentCountOf(sealLimits.plaintextSizeMax))
          throw sealErrors.create('SEAL_TOO_LARGE');
      }
      const taken = chunk.subarray(offset, offset + stage.length - staged);
      stage.set(taken, staged);
      staged += taken.length;
      offset += taken.length;
    }
  }
  yield sealSegment(stage.subarray(0, staged), { dataKey, index, mark: mark.last });
  stage.fill(0);
}

function sealSegment(
  plain: Uint8Array,
  as: { readonly dataKey: KeyObject; readonly index: number; readonly mark: number },
): Uint8Array {
  const sealed = new Uint8Array(plain.length + layout.segmentOverhead);
  const nonce = sealed.subarray(0, layout.nonceSize);
  writePlace(nonce, as);
  const cipher = createCipheriv('chacha20-poly1305', as.dataKey, nonce, {
    authTagLength: layout.tagSize,
  });
  sealed.set(cipher.update(plain), layout.nonceSize);
  cipher.final();
  sealed.set(cipher.getAuthTag(), layout.nonceSize + plain.length);
  return sealed;
}
