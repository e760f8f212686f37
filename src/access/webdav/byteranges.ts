import { createHash } from 'node:crypto';
import { filesErrors } from '../../files/errors.ts';
import type { FileStat, OpenFile, RangeRequest } from '../../files/files.ts';
import { utf8 } from '../../lib/bytes/bytes.ts';
import { type Call, headerOf } from './call.ts';
import { webdavErrors } from './errors.ts';
import { fileHeaders, keyHeaders } from './file-headers.ts';
import { type Span, spansOf } from './range-header.ts';
import { sendBody } from './send-body.ts';

/**
 * Answer several ranges with multipart/byteranges. Where that is not done it says what to send
 * instead: the whole, when the size is not known or If-Range names another version, or the one range
 * that is left of them.
 *
 * @standard RFC 9110 §15.3.7.2
 * @throws FILES_RANGE_NOT_SATISFIABLE when no range exists in the file
 */
export async function sendByteranges(
  call: Call,
  stat: FileStat,
  ranges: readonly RangeRequest[],
): Promise<'sent' | 'whole' | RangeRequest> {
  const { size, etag } = stat;
  const ifRange = headerOf(call, 'if-range');
  if (size === undefined || etag === undefined) return 'whole';
  if (ifRange !== undefined && ifRange !== etag) return 'whole';
  const spans = spansOf(ranges, size);
  const [first] = spans;
  if (first === undefined) {
    throw filesErrors.create('FILES_RANGE_NOT_SATISFIABLE', { context: { size } });
  }
  if (first.first === 0 && first.last === size - 1) return 'whole';
  if (spans.length === 1) return { kind: 'from', ...first };
  // Opened before the header goes out, so that a failure still gets its status.
  const opened = await openPart(call, first, etag);
  const boundary = createHash('sha256').update(call.exchange.requestId).digest('hex').slice(0, 40);
  const layout = { boundary, size, contentType: stat.contentType };
  const heads = spans.map((span) => partHead(span, layout));
  const length =
    heads.reduce((sum, head) => sum + head.length, endOf(boundary).length) + bytesIn(spans);
  const { response, signal } = call.exchange;
  const headers = {
    ...fileHeaders(call, stat),
    ...keyHeaders(opened),
    'Content-Type': `multipart/byteranges; boundary=${boundary}`,
    'Content-Length': length,
  };
  const writeHeader = (): void => {
    response.writeHead(206, headers);
  };
  const body = parts(call, { spans, heads, first: opened, etag, boundary });
  await sendBody(response, body, { writeHeader, signal, length });
  return 'sent';
}

interface Parts {
  readonly spans: readonly Span[];
  readonly heads: readonly Uint8Array[];
  readonly first: OpenFile;
  readonly etag: string;
  readonly boundary: string;
}

async function* parts(call: Call, options: Parts): AsyncGenerator<Uint8Array, void, void> {
  for (const [index, span] of options.spans.entries()) {
    const part = index === 0 ? options.first : await openPart(call, span, options.etag);
    yield options.heads[index] ?? new Uint8Array(0);
    yield* part.body;
  }
  yield endOf(options.boundary);
}

async function openPart(call: Call, { first, last }: Span, etag: string): Promise<OpenFile> {
  const { caller, exchange, files, target } = call;
  const range: RangeRequest = { kind: 'from', first, last };
  const request = { range, ifRange: etag, signal: exchange.signal };
  const part = await files.open(caller, target.path, request);
  // Without a range it is another version, whose bytes must not be mixed with these.
  if (part.range === undefined) throw webdavErrors.create('WEBDAV_VERSION_CHANGED');
  return part;
}

function partHead(
  { first, last }: Span,
  layout: { readonly boundary: string; readonly size: number; readonly contentType: string },
): Uint8Array {
  const { boundary, contentType, size } = layout;
  return utf8(
    `\r\n--${boundary}\r\nContent-Type: ${contentType}\r\n` +
      `Content-Range: bytes ${first}-${last}/${size}\r\n\r\n`,
  );
}

const endOf = (boundary: string): Uint8Array => utf8(`\r\n--${boundary}--\r\n`);

function bytesIn(spans: readonly Span[]): number {
  return spans.reduce((sum, span) => sum + span.last - span.first + 1, 0);
}
