import { hash } from 'node:crypto';
import { equalBytes } from '../../lib/bytes/bytes.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import type { ByteStream } from '../../lib/streams/byte-stream.ts';
import {
  digestSize,
  openSegments,
  sealedLayout,
  sealedRangeOf,
  type VersionStatement,
} from '../../seal/index.ts';
import { clientErrors } from '../errors.ts';
import type { GetPorts } from './get-file.ts';
import { patiently } from './patience.ts';
import { type PlainRange, type Span, segmentsOf, spanOf } from './plain-range.ts';
import {
  assertPinned,
  type FileProofs,
  fetchProofs,
  fetchSegments,
  proveFile,
  type SegmentDigests,
} from './proofs.ts';
import { SegmentCutter } from './segment-cutter.ts';
import { openServed, type ServedRequest } from './served-seal.ts';

/** Which bytes of which plaintext. */
export interface RangeReadRequest extends ServedRequest {
  readonly range: PlainRange;
}

/** Verified bytes of a plaintext, as they come. */
export interface RangeRead {
  readonly proofs: FileProofs;
  readonly span: Span;
  /** Each chunk was verified before it is given, and is valid until the next. Throws as `readRange`. */
  readonly bytes: AsyncGenerator<Uint8Array, void, void>;
}

/**
 * Read a part of a file, or all of it, and verify it as it comes: each segment by its digest, that by a
 * path to the signed root. Neither memory nor what is fetched grows with the rest of the file. A file
 * that was never made is made first.
 * @throws CLIENT_ARGUMENT when the file has no such bytes, CLIENT_UNVERIFIED, CLIENT_CHANGED, CLIENT_*,
 *   SEAL_*, KEYS_*, and what the server says
 */
export async function readRange(ports: GetPorts, request: RangeReadRequest): Promise<RangeRead> {
  assertPinned(ports.pinned);
  const made = await madeProofs(ports, request);
  const seal = request.path.endsWith('.c4gh') ? await openServed(ports, request) : undefined;
  const proofs = seal?.proofs ?? made;
  const { version } = proofs;
  const span = spanOf(request.range, version.plaintextSize);
  const asked = { ...request, version, ...segmentsOf(span, version.plaintextSize) };
  const segments =
    seal === undefined ? plainSegments(ports, asked) : openedSegments(ports, { ...asked, ...seal });
  return { proofs, span, bytes: within(span, verified(ports, asked, segments)) };
}

/** Segments of a file from index `first` to before `end`. */
interface Asked extends ServedRequest {
  readonly version: VersionStatement;
  readonly first: number;
  readonly end: number;
  /** The plaintext of those segments. */
  readonly whole: Span;
}

/** Reading all of it once makes it; when the last byte has come it is published in a moment. */
async function madeProofs(ports: GetPorts, request: ServedRequest): Promise<FileProofs> {
  const { path, signal } = request;
  const proofs = await fetchProofs(ports.api, path, { ...ports, signal });
  const isStaged = proofs?.production !== undefined;
  if (proofs !== undefined && (isStaged || !path.endsWith('.c4gh'))) return proofs;
  for await (const _ of (await read(ports, request, { offset: 0 })).body);
  return proveFile(ports.api, path, { ...ports, signal, agrees: () => 'yes' });
}

async function* plainSegments(ports: GetPorts, asked: Asked): AsyncGenerator<Uint8Array> {
  const cutter = new SegmentCutter(sealedLayout.segmentSize);
  for await (const bytes of await readPart(ports, asked, asked.whole)) yield* cutter.push(bytes);
  yield* cutter.end();
}

async function* openedSegments(
  ports: GetPorts,
  asked: Asked & Pick<Awaited<ReturnType<typeof openServed>>, 'dataKey' | 'etag'>,
): AsyncGenerator<Uint8Array> {
  const { version, whole, dataKey, etag } = asked;
  const { plaintextSize } = version;
  const part = sealedRangeOf(whole, plaintextSize);
  const body = await readPart(ports, asked, part, etag);
  yield* openSegments(body, { dataKey, plaintextSize, range: whole });
}

/** Each segment only after its digest was proven and is its own. */
async function* verified(
  ports: GetPorts,
  asked: Asked,
  segments: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const { first, end } = asked;
  let index = first;
  if (first === end) return;
  let known: SegmentDigests = { first, digests: new Uint8Array(0) };
  try {
    for await (const segment of segments) {
      const isKnown = index < known.first + known.digests.length / digestSize;
      if (!isKnown) known = await fetchSegments(ports.api, asked.path, { ...asked, first: index });
      const at = (index - known.first) * digestSize;
      const digest = known.digests.subarray(at, at + digestSize);
      if (!equalBytes(hash('sha256', segment, 'buffer'), digest))
        throw clientErrors.create('CLIENT_UNVERIFIED');
      yield segment;
      index += 1;
    }
  } catch (error) {
    throw (await isChanged(ports, asked, error)) ? clientErrors.create('CLIENT_CHANGED') : error;
  }
  if (index < end) throw clientErrors.create('CLIENT_INTERRUPTED');
}

/** What is wrong may be right of the version after it. */
async function isChanged(ports: GetPorts, asked: Asked, error: unknown): Promise<boolean> {
  const code = codeOf(error) ?? '';
  if (code !== 'CLIENT_UNVERIFIED' && !code.startsWith('SEAL_')) return false;
  const { guid, version } = asked.version;
  const now = await fetchProofs(ports.api, asked.path, { ...ports, signal: asked.signal });
  return now?.version.guid !== guid || now.version.version !== version;
}

/** The bytes of a span out of the segments that hold it. */
async function* within(
  span: Span,
  segments: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  let skip = span.offset % sealedLayout.segmentSize;
  let left = span.length;
  for await (const segment of segments) {
    const bytes = segment.subarray(skip, skip + left);
    skip = 0;
    left -= bytes.length;
    yield bytes;
  }
}

/** A part of what the gateway has of a file. @throws CLIENT_CHANGED, CLIENT_PROTOCOL */
async function readPart(
  ports: GetPorts,
  request: ServedRequest,
  { offset, length }: Span,
  etag?: string,
): Promise<ByteStream> {
  const part = { offset, end: offset + length, ...(etag === undefined ? {} : { etag }) };
  const { status, headers, body } = await read(ports, request, part);
  // All of it, instead of a part of what it was.
  if (status === 200 && etag !== undefined) throw clientErrors.create('CLIENT_CHANGED');
  const range = headers['content-range'] ?? '';
  if (status === 206 && range.startsWith(`bytes ${offset}-${offset + length - 1}/`)) return body;
  throw clientErrors.create('CLIENT_PROTOCOL', { message: 'not the range asked for' });
}

function read(
  { api, clock }: GetPorts,
  { path, signal, onWait }: ServedRequest,
  part: { readonly offset: number; readonly end?: number; readonly etag?: string },
) {
  const waiting = onWait === undefined ? {} : { onWait };
  return patiently(() => api.read(path, { ...part, signal }), { clock, signal, ...waiting });
}
