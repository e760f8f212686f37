import { filesErrors } from '../../files/errors.ts';
import type { FilePage, FileStat } from '../../files/files.ts';
import { utf8 } from '../../lib/bytes/bytes.ts';
import { collectBytes } from '../../lib/streams/byte-stream.ts';
import { type Call, headerOf, type Method } from './call.ts';
import { webdavErrors } from './errors.ts';
import { webdavLimits } from './limits.ts';
import { type Asked, multistatusEnd, multistatusStart, responseElement } from './multistatus.ts';
import { parsePropfindBody } from './propfind-body.ts';
import { hrefOf } from './request-target.ts';
import { sendBody } from './send-body.ts';

/**
 * Properties of an entry, and of what is in it. Streams page by page, the entry itself first.
 *
 * @standard RFC 4918 §9.1
 */
export const propfind: Method = async (call) => {
  const depth = depthOf(call);
  const body = await readBody(call);
  const request = { ...parsePropfindBody(body), unknownLength: unknownLengthFor(call) };
  const { caller, exchange, files, target } = call;
  const { signal } = exchange;
  const stat = await files.stat(caller, target.path, { signal });
  if (target.isDirectory && stat.kind === 'file') throw filesErrors.create('FILES_NOT_A_DIRECTORY');
  // The first page before the header, so that a refusal still gets its status.
  const isListed = depth === 1 && stat.kind === 'directory';
  const first = isListed ? await nextPage(call, undefined) : undefined;
  const writeHeader = (): void => {
    exchange.response.writeHead(207, {
      'Content-Type': 'application/xml; charset=utf-8',
      'Cache-Control': 'private, no-store',
      Vary: 'Authorization, Depth, User-Agent',
      'X-Content-Type-Options': 'nosniff',
      // Without its slash the name of a collection is another's, whom relative names go by. RFC 4918 §5.2
      ...(stat.kind === 'directory' && !target.isDirectory
        ? { 'Content-Location': hrefOf(stat.path, stat.kind) }
        : {}),
    });
  };
  const answer = multistatus(call, { request, stat, first });
  await sendBody(exchange.response, answer, { writeHeader, signal, length: undefined });
};

/** An absent header means infinity, which no tree of millions can answer. @standard RFC 4918 §9.1, §10.2 */
function depthOf(call: Call): 0 | 1 {
  const depth = headerOf(call, 'depth')?.trim().toLowerCase() ?? 'infinity';
  if (depth === 'infinity') throw webdavErrors.create('WEBDAV_DEPTH_INFINITE');
  if (depth !== '0' && depth !== '1') throw webdavErrors.create('WEBDAV_DEPTH_INVALID');
  return depth === '0' ? 0 : 1;
}

/** Mount the tree, and take a size that is not said for 0: the file reads as empty without a word. */
const misreadsAbsence = /^(?:rclone|davfs2)\//;

/**
 * What a size that is not known is said to be: nothing. Two clients get -1: for rclone it is the word for
 * unknown, and it reads to the end; davfs2 fails with an error, until the file was made once.
 */
function unknownLengthFor(call: Call): string | undefined {
  return misreadsAbsence.test(headerOf(call, 'user-agent') ?? '') ? '-1' : undefined;
}

async function readBody({ exchange }: Call): Promise<Uint8Array> {
  const { request, response } = exchange;
  if (request.headers.expect !== undefined) response.writeContinue();
  // Left open when it is too long: the refusal has to go out over the same connection.
  const body: AsyncIterable<Uint8Array> = request.iterator({ destroyOnReturn: false });
  return collectBytes(body, {
    maxBytes: webdavLimits.propfindBytesMax,
    tooLong: () => webdavErrors.create('WEBDAV_BODY_TOO_LARGE'),
  });
}

function nextPage(call: Call, cursor: string | undefined): Promise<FilePage> {
  const { caller, exchange, files, target } = call;
  const page = { cursor, limit: webdavLimits.pageEntries, signal: exchange.signal };
  return files.list(caller, target.path, page);
}

async function* multistatus(
  call: Call,
  listing: {
    readonly request: Asked;
    readonly stat: FileStat;
    readonly first: FilePage | undefined;
  },
): AsyncGenerator<Uint8Array, void, void> {
  const { request, stat } = listing;
  yield utf8(multistatusStart + responseElement(stat, request));
  let page = listing.first;
  while (page !== undefined) {
    yield utf8(page.entries.map((entry) => responseElement(entry, request)).join(''));
    page = page.next === undefined ? undefined : await nextPage(call, page.next);
  }
  yield utf8(multistatusEnd);
}
