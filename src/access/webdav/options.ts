import type { Exchange } from '../../listener/door.ts';

/** What a client may do here. */
export const allowedMethods = 'OPTIONS, GET, HEAD, PROPFIND';

/** Class 1 without locks. The same for every path and caller: it tells nothing of the tree. */
export function answerOptions({ response }: Exchange): void {
  response.writeHead(200, {
    DAV: '1',
    Allow: allowedMethods,
    'Accept-Ranges': 'bytes',
    'Content-Length': 0,
  });
  response.end();
}
