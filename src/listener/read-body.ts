import { collectBytes } from '../lib/streams/byte-stream.ts';
import type { Exchange } from './door.ts';

/**
 * The whole body of a request. What is announced as too long is refused before it is asked for.
 * @throws what `tooLong` makes; the connection stays open, so that the refusal can go out over it
 */
export function readBody(
  { request, response }: Pick<Exchange, 'request' | 'response'>,
  bounds: { readonly maxBytes: number; readonly tooLong: () => Error },
): Promise<Uint8Array> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > bounds.maxBytes) return Promise.reject(bounds.tooLong());
  if (request.headers.expect !== undefined) response.writeContinue();
  const body: AsyncIterable<Uint8Array> = request.iterator({ destroyOnReturn: false });
  return collectBytes(body, bounds);
}
