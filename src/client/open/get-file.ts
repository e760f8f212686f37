import type { KeyObject } from 'node:crypto';
import type { KeyCredential, KeyServers } from '../../keys/index.ts';
import type { Clock } from '../../lib/clock.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import type { ByteStream } from '../../lib/streams/byte-stream.ts';
import { openHeader, type ProducerKeys, sealedLayout, wipe } from '../../seal/index.ts';
import type { MdmApi } from '../api/mdm-api.ts';
import type { ClientResponse } from '../api/transport.ts';
import { clientErrors } from '../errors.ts';
import type { Memory } from '../memory/memory.ts';
import type { Recollection } from '../memory/recollection.ts';
import { fetchPrivateKey } from './fetch-key.ts';
import type { LocalPlace } from './local-place.ts';
import { existing, exists, PartFile, type PartState } from './part-file.ts';
import { patiently } from './patience.ts';
import { assertPinned, type FileProofs, proveFile } from './proofs.ts';
import {
  type Receiver,
  receiveOpened,
  receivePlain,
  receiveSealed,
  splitHeader,
} from './receive.ts';
import { plaintextSizeOf } from './sealed-size.ts';

/** Progress of a transfer, in bytes of what is sent. */
export interface GetProgress {
  readonly receivedBytes: number;
  /** Undefined while the server does not know it. */
  readonly totalBytes: number | undefined;
}

/** What fetching a file works with. */
export interface GetPorts {
  readonly api: MdmApi;
  /** Undefined: sealed files can only be kept sealed. */
  readonly keyServers: KeyServers | undefined;
  readonly credential: KeyCredential;
  /** What the gateway is shown now, if a token. */
  readonly token?: () => string | undefined;
  /** Producer keys that receipts are verified with. */
  readonly pinned: ProducerKeys;
  /** What this client saw before. */
  readonly memory: Memory;
  readonly clock: Clock;
}

/** One file to fetch. */
export interface GetRequest {
  readonly path: string;
  /** Of the result. */
  readonly target: LocalPlace;
  /** Keep a `.c4gh` file as it is. */
  readonly keepSealed: boolean;
  /** Replace a file that is there. */
  readonly force: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: GetProgress) => void;
  readonly onWait?: (seconds: number) => void;
}

/** A verified file. */
export interface GetReport {
  readonly target: string;
  readonly bytes: number;
  readonly resumedAt: number;
  readonly guid: string;
  readonly version: number;
  readonly sha256: string;
  /** The archive confirmed that it holds no more of the series, or the file is one instance. */
  readonly complete: boolean;
  /** Why it is not confirmed, as the receipt says it; absent where it is. */
  readonly unconfirmed?: string;
  /** How the version stands to what this client saw of the file before. */
  readonly memory: Recollection;
}

/**
 * Fetch a file, verify it against its receipt and only then give it its name. A sealed file is
 * opened on the way, with key shares from the key servers themselves. A transfer that ended early
 * is continued where it stopped, as long as the file is the same; at once where there is a fresh token.
 * @throws CLIENT_*, SEAL_*, KEYS_*, and what the server says
 */
export async function getFile(ports: GetPorts, wanted: GetRequest): Promise<GetReport> {
  for (;;) {
    const token = ports.token?.();
    try {
      return await getOnce(ports, wanted);
    } catch (error) {
      const isCut = codeOf(error) === 'CLIENT_INTERRUPTED' && wanted.signal?.aborted !== true;
      // A server ends what was begun with a token that is over.
      if (!isCut || ports.token?.() === token) throw error;
    }
  }
}

async function getOnce(ports: GetPorts, wanted: GetRequest): Promise<GetReport> {
  const { path, target } = wanted;
  assertPinned(ports.pinned);
  if (!wanted.force && (await exists(target.path))) throw existing(target);
  const part = await PartFile.open(target, path);
  // Whatever fails on our side ends the transfer too.
  const own = new AbortController();
  const signal = AbortSignal.any([own.signal, ...(wanted.signal ? [wanted.signal] : [])]);
  const request = { ...wanted, signal };
  try {
    const transfer = await begin(ports, request, part);
    await receiveAll(transfer, request);
    const { receiver } = transfer;
    const proofs = await proveFile(ports.api, path, {
      ...ports,
      signal,
      agrees: (shown) => receiver.agrees(shown),
    });
    const bytes = part.length;
    await part.finish({ replace: wanted.force });
    return reportOf(request, { bytes, resumedAt: transfer.resumedAt, proofs });
  } catch (error) {
    own.abort();
    await (isWorthless(error) ? part.discard() : part.close());
    if (wanted.signal?.aborted !== true) throw error;
    throw clientErrors.create('CLIENT_INTERRUPTED', { cause: error });
  }
}

/**
 * What came is wrong, of another version, or the listing of a directory: the next try must start anew.
 */
function isWorthless(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  return worthless.has(code) || code.startsWith('SEAL_');
}

const worthless: ReadonlySet<string> = new Set([
  'CLIENT_UNVERIFIED',
  'CLIENT_CHANGED',
  'CLIENT_VERSION_OLDER',
  'CLIENT_VERSION_TWICE',
  'CLIENT_IDENTITY_OLDER',
  'FILES_IS_A_DIRECTORY',
]);

interface SignalledRequest extends GetRequest {
  readonly signal: AbortSignal;
}

/** A transfer under way. */
interface Transfer {
  readonly receiver: Receiver;
  readonly body: ByteStream;
  readonly totalBytes: number | undefined;
  /** Bytes of the sent form that were there already. */
  readonly resumedAt: number;
}

async function begin(
  ports: GetPorts,
  request: SignalledRequest,
  part: PartFile,
): Promise<Transfer> {
  const { path } = request;
  if (path.endsWith('.c4gh') && !request.keepSealed) return beginOpened(ports, request, part);
  const offset = (await keepWholeSegments(part)) * sealedLayout.segmentSize;
  const { response, resumedAt } = await read(ports, request, { part, offset });
  await noteState(part, response, { path });
  const receive = path.endsWith('.c4gh') ? receiveSealed : receivePlain;
  return {
    receiver: await receive(part),
    body: response.body,
    totalBytes: totalOf(response, resumedAt),
    resumedAt,
  };
}

async function beginOpened(
  ports: GetPorts,
  request: SignalledRequest,
  part: PartFile,
): Promise<Transfer> {
  const keptHeader = part.kept?.header;
  if (keptHeader === undefined) await part.restart();
  const segments = await keepWholeSegments(part);
  const { headerSize, sealedSegmentSize } = sealedLayout;
  const offset = segments === 0 ? 0 : headerSize + segments * sealedSegmentSize;
  const { response, resumedAt } = await read(ports, request, { part, offset });
  const totalBytes = totalOf(response, resumedAt);
  const plaintextSize = totalBytes === undefined ? undefined : plaintextSizeOf(totalBytes);
  if (plaintextSize === undefined) {
    throw clientErrors.create('CLIENT_PROTOCOL', { message: 'length of a sealed file' });
  }
  const split =
    resumedAt > 0
      ? { header: Buffer.from(keptHeader ?? '', 'base64'), rest: response.body }
      : await splitHeader(response.body);
  const { header } = split;
  const { path, signal } = request;
  const dataKey = await fetchDataKey(ports, response, { path, header, signal });
  await noteState(part, response, {
    path: request.path,
    header: Buffer.from(header).toString('base64'),
  });
  const receiver = await receiveOpened(part, { header, dataKey, plaintextSize });
  return { receiver, body: split.rest, totalBytes, resumedAt };
}

/** Keep whole segments, fewer than all: there must be a byte left to ask for. */
async function keepWholeSegments(part: PartFile): Promise<number> {
  const segments = Math.max(0, Math.floor((part.length - 1) / sealedLayout.segmentSize));
  await part.truncate(segments * sealedLayout.segmentSize);
  return segments;
}

/** Ask for the bytes from `offset` on; from the start if the file is another one now. */
async function read(
  ports: GetPorts,
  request: SignalledRequest,
  from: { readonly part: PartFile; readonly offset: number },
): Promise<{ readonly response: ClientResponse; readonly resumedAt: number }> {
  const { part, offset } = from;
  const { path, signal, onWait } = request;
  const etag = part.kept?.etag;
  const validator = etag === undefined ? {} : { etag };
  const waiting = onWait === undefined ? {} : { onWait };
  try {
    const response = await patiently(() => ports.api.read(path, { offset, signal, ...validator }), {
      clock: ports.clock,
      signal,
      ...waiting,
    });
    if (response.status === 206) {
      checkContinued(response, { offset, etag });
      return { response, resumedAt: offset };
    }
    await part.restart();
    return { response, resumedAt: 0 };
  } catch (error) {
    if (codeOf(error) !== 'FILES_RANGE_NOT_SATISFIABLE' || offset === 0) throw error;
    // The part is longer than the file.
    await part.restart();
    return read(ports, request, { part, offset: 0 });
  }
}

/** A part of an answer is all that was missing, of the same content. @throws CLIENT_* */
function checkContinued(
  { headers }: ClientResponse,
  asked: { readonly offset: number; readonly etag: string | undefined },
): void {
  const range = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(headers['content-range'] ?? '');
  const [, first, last, size] = range ?? [];
  const isRest = Number(first) === asked.offset && Number(last) === Number(size) - 1;
  if (asked.offset === 0 || !isRest) {
    throw clientErrors.create('CLIENT_PROTOCOL', { message: 'not the range asked for' });
  }
  if (headers['etag'] !== asked.etag) throw clientErrors.create('CLIENT_CHANGED');
}

/** Only what has a strong validator can be continued later. */
async function noteState(
  part: PartFile,
  response: ClientResponse,
  state: Omit<PartState, 'etag'>,
): Promise<void> {
  const { etag } = response.headers;
  if (etag !== undefined && /^"[!#-~]{1,128}"$/.test(etag)) await part.note({ ...state, etag });
}

async function fetchDataKey(
  ports: GetPorts,
  response: ClientResponse,
  options: {
    readonly path: string;
    readonly header: Uint8Array;
    readonly signal?: AbortSignal;
  },
): Promise<KeyObject> {
  const keyId = response.headers['mdm-key-id'];
  const publicKey = response.headers['mdm-recipient-public-key'];
  if (keyId === undefined || publicKey === undefined) {
    throw clientErrors.create('CLIENT_PROTOCOL', { message: 'no key id of a sealed file' });
  }
  const { path } = options;
  const wanted = { path, keyId, recipientPublicKey: Buffer.from(publicKey, 'base64url') };
  const privateKey = await fetchPrivateKey(ports, wanted, options);
  try {
    return openHeader(options.header, privateKey);
  } finally {
    wipe(privateKey);
  }
}

async function receiveAll(transfer: Transfer, request: GetRequest): Promise<void> {
  let receivedBytes = transfer.resumedAt;
  const { totalBytes, receiver } = transfer;
  request.onProgress?.({ receivedBytes, totalBytes });
  for await (const bytes of transfer.body) {
    await receiver.take(bytes);
    receivedBytes += bytes.length;
    request.onProgress?.({ receivedBytes, totalBytes });
  }
  receiver.end();
}

function totalOf(response: ClientResponse, resumedAt: number): number | undefined {
  const length = response.headers['content-length'] ?? '';
  return /^\d{1,15}$/.test(length) ? resumedAt + Number(length) : undefined;
}

export function reportOf(
  request: GetRequest,
  done: { readonly bytes: number; readonly resumedAt: number; readonly proofs: FileProofs },
): GetReport {
  const { version, production, recollection } = done.proofs;
  const isSealed = request.path.endsWith('.c4gh') && request.keepSealed;
  const sealedSha256 = isSealed ? production?.sealedSha256 : undefined;
  const { completeness, reason } = version.source;
  return {
    target: request.target.shown,
    bytes: done.bytes,
    resumedAt: done.resumedAt,
    guid: version.guid,
    version: version.version,
    sha256: sealedSha256 ?? version.plaintextSha256,
    complete: completeness === 'verified',
    ...(reason === null ? {} : { unconfirmed: reason }),
    memory: recollection,
  };
}
