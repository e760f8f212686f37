import { filesErrors } from '../../files/errors.ts';
import type { FileStat, OpenFile, RangeRequest } from '../../files/files.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import { sendByteranges } from './byteranges.ts';
import { type Call, headerOf, type Method } from './call.ts';
import { webdavErrors } from './errors.ts';
import { fileHeaders, keyHeaders } from './file-headers.ts';
import { listingHeaders, sendListing } from './listing.ts';
import { evaluate, isConditional } from './preconditions.ts';
import { parseRangeHeader } from './range-header.ts';
import { sendBody } from './send-body.ts';

/** A file, a part of it, or the listing of a directory. */
export const getFile: Method = async (call) => {
  if (call.target.isDirectory) return sendListing(call);
  const ranges = parseRangeHeader(headerOf(call, 'range'));
  const isSeveral = ranges !== undefined && ranges.length > 1;
  let range = isSeveral ? undefined : ranges?.[0];
  if (isSeveral || isConditional(call)) {
    const stat = await statOf(call);
    if (stat.kind === 'directory') return sendListing(call);
    if (sendUnlessNeeded(call, stat)) return undefined;
    const left = isSeveral ? await sendByteranges(call, stat, ranges) : range;
    if (left === 'sent') return undefined;
    range = left === 'whole' ? undefined : left;
  }
  const opened = await openFile(call, range);
  return opened === undefined ? sendListing(call) : sendFile(call, opened);
};

/** The headers of GET, without starting a recall. */
export const headFile: Method = async (call) => {
  const { response } = call.exchange;
  const stat = await statOf(call);
  if (stat.kind === 'directory') {
    response.writeHead(200, listingHeaders(call)).end();
    return;
  }
  if (sendUnlessNeeded(call, stat)) return;
  if (stat.refusal !== undefined) await refuseAsGet(call);
  const length = stat.size === undefined ? {} : { 'Content-Length': stat.size };
  response.writeHead(200, { ...fileHeaders(call, stat), ...length }).end();
};

/** What can never be read is refused as GET refuses it; the port does that without a recall. */
async function refuseAsGet(call: Call): Promise<void> {
  const opened = await openFile(call, undefined);
  await opened?.body[Symbol.asyncIterator]().return?.();
}

async function statOf(call: Call): Promise<FileStat> {
  const { caller, exchange, files, target } = call;
  const stat = await files.stat(caller, target.path, { signal: exchange.signal });
  if (target.isDirectory && stat.kind === 'file') throw filesErrors.create('FILES_NOT_A_DIRECTORY');
  return stat;
}

/** Undefined when it is a directory. */
async function openFile(
  call: Call,
  range: RangeRequest | undefined,
): Promise<OpenFile | undefined> {
  const { caller, exchange, files, target } = call;
  const ifRange = headerOf(call, 'if-range');
  // A date or a weak tag cannot prove that the bytes are the same: then all of them are sent.
  const isUsable = ifRange === undefined || ifRange.startsWith('"');
  const request = { range: isUsable ? range : undefined, ifRange, signal: exchange.signal };
  try {
    return await files.open(caller, target.path, request);
  } catch (error) {
    if (codeOf(error) === 'FILES_IS_A_DIRECTORY') return undefined;
    throw error;
  }
}

/** Whether the answer was that the client has it already; throws when a precondition fails. */
function sendUnlessNeeded(call: Call, stat: FileStat): boolean {
  const outcome = evaluate(call, stat);
  if (outcome === 'failed') throw webdavErrors.create('WEBDAV_PRECONDITION_FAILED');
  if (outcome === 'not-modified') {
    call.exchange.response.writeHead(304, fileHeaders(call, stat)).end();
  }
  return outcome === 'not-modified';
}

async function sendFile(call: Call, opened: OpenFile): Promise<void> {
  const { response, signal } = call.exchange;
  const { range, stat, length } = opened;
  const headers = {
    ...fileHeaders(call, stat),
    ...keyHeaders(opened),
    'Content-Length': length,
    ...(range === undefined ? {} : { 'Content-Range': contentRange(range, stat.size) }),
  };
  const writeHeader = (): void => {
    response.writeHead(range === undefined ? 200 : 206, headers);
  };
  await sendBody(response, opened.body, { writeHeader, signal, length });
}

/** @standard RFC 9110 §14.4 */
function contentRange(
  { offset, length }: { readonly offset: number; readonly length: number },
  size: number | undefined,
): string {
  return `bytes ${offset}-${offset + length - 1}/${size ?? '*'}`;
}
