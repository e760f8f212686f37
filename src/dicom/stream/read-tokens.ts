import type { ByteStream } from '../../lib/streams/byte-stream.ts';
import { inflateInstance } from './inflate.ts';
import type { Token } from './token.ts';
import { createTokenReader, type TokenReaderOptions } from './token-reader.ts';

/**
 * The tokens of an encoded data set, in batches as its chunks come; inflated first if deflated.
 * Value chunks are valid until the next batch is asked for.
 */
export async function* readTokens(
  instance: { readonly transferSyntaxUid: string; readonly dataSet: ByteStream },
  options: Omit<TokenReaderOptions, 'transferSyntaxUid'> = {},
): AsyncGenerator<readonly Token[], void, void> {
  const { transferSyntaxUid, dataSet } = inflateInstance(instance);
  const reader = createTokenReader({ ...options, transferSyntaxUid });
  for await (const chunk of dataSet) yield reader.push(chunk);
  yield reader.end();
}
