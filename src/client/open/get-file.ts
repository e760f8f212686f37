import type { KeyObject } from 'node:crypto';
import type { KeyCredential, KeyServers } from '../../keys/index.ts';
import { present } from '../../lib/assert.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ByteStream } from '../../lib/streams/byte-stream.ts';
import { openHeader, type PinnedKeys, sealedLayout, wipe } from '../../seal/index.ts';
import type { MdmApi } from '../api/mdm-api.ts';
import type { ClientResponse } from '../api/transport.ts';
import { clientErrors } from '../errors.ts';
import { exists, PartFile, type PartState } from './part-file.ts';
import { patiently } from './patience.ts';
import { type FileProofs, fetchProofs } from './proofs.ts';
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
  readonly credential: KeyCredential | undefined;
  /** Producer keys that receipts are verified with. */
  readonly pinned: PinnedKeys;
  readonly clock: Clock;
}

/** One file to fetch. */
export interface GetRequest {
  readonly path: string;
  /** Local path of the result. */
  readonly target: string;
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
}

/**
 * Fetch a file, verify it against its receipt and only then give it its name. A sealed file is
 * opened on the way, with key shares from the key servers themselves. A transfer that ended early
 * is continued where it stopped, as long as the file is the same.
 */
export async function getFile(ports: GetPorts, request: GetRequest): Promise<GetReport> {
  const { path, target } = request;
  if (!request.force && (await exists(target))) {
    throw clientErrors.create('CLIENT_TARGET', { message: `${target} exists` });
  }
  const kept = await PartFile.kept(target, path);
  const part = await PartFile.open(target, kept === undefined ? 'nothing' : 'all');
  try {
    const transfer = await begin(ports, request, { kept, part });
    await receiveAll(transfer, request);
    const proofs = await fetchProofs(ports.api, path, ports);
    if (!transfer.receiver.agrees(proofs)) throw clientErrors.create('CLIENT_UNVERIFIED');
    const bytes = part.length;
    await part.finish();
    return reportOf(request, { bytes, resumedAt: transfer.resumedAt, proofs });
  } catch (error) {
    await (clientErrors.has(error) && error.code === 'CLIENT_UNVERIFIED'
      ? part.discard()
      : part.close());
    throw error;
  }
}

/** A transfer under way. */
interface Transfer {
  readonly receiver: Receiver;
  readonly body: ByteStream;
  readonly totalBytes: number | undefined;
  /** Bytes of the sent form that were there already. */
  readonly resumedAt: number;
}

interface Part {
  readonly kept: PartState | undefined;
  readonly part: PartFile;
}

async function begin(ports: GetPorts, request: GetRequest, at: Part): Promise<Transfer> {
  const { path } = request;
  if (path.endsWith('.c4gh') && !request.keepSealed) return beginOpened(ports, request, at);
  const { response, resumedAt } = await read(ports, request, { ...at, offset: at.part.length });
  await noteState(at.part, response, { path });
  const receive = path.endsWith('.c4gh') ? receiveSealed : receivePlain;
  return {
    receiver: await receive(at.part),
    body: response.body,
    totalBytes: totalOf(response, resumedAt),
    resumedAt,
  };
}

async function beginOpened(ports: GetPorts, request: GetRequest, at: Part): Promise<Transfer> {
  const { part } = at;
  const segments = Math.floor(part.length / sealedLayout.segmentSize);
  await part.truncate(segments * sealedLayout.segmentSize);
  const keptHeader = segments > 0 ? at.kept?.header : undefined;
  const offset =
    keptHeader === undefined
      ? 0
      : sealedLayout.headerSize + segments * sealedLayout.sealedSegmentSize;
  const { response, resumedAt } = await read(ports, request, { ...at, offset });
  const totalBytes = totalOf(response, resumedAt);
  if (totalBytes === undefined) {
    throw clientErrors.create('CLIENT_PROTOCOL', { message: 'no length of a sealed file' });
  }
  const split =
    resumedAt > 0
      ? { header: Buffer.from(keptHeader ?? '', 'base64'), rest: response.body }
      : await splitHeader(response.body);
  const { header } = split;
  const dataKey = await fetchDataKey(ports, response, { header, ...signalOf(request) });
  await noteState(part, response, {
    path: request.path,
    header: Buffer.from(header).toString('base64'),
  });
  const plaintextSize = plaintextSizeOf(totalBytes);
  const receiver = await receiveOpened(part, { header, dataKey, plaintextSize });
  return { receiver, body: split.rest, totalBytes, resumedAt };
}

/** Ask for the bytes from `offset` on; from the start if the file is another one now. */
async function read(
  ports: GetPorts,
  request: GetRequest,
  from: Part & { readonly offset: number },
): Promise<{ readonly response: ClientResponse; readonly resumedAt: number }> {
  const { offset, kept, part } = from;
  const response = await patiently(
    () =>
      ports.api.read(request.path, {
        offset,
        ...(kept === undefined ? {} : { etag: kept.etag }),
        ...signalOf(request),
      }),
    {
      clock: ports.clock,
      ...signalOf(request),
      ...(request.onWait === undefined ? {} : { onWait: request.onWait }),
    },
  );
  if (response.status === 206) return { response, resumedAt: offset };
  await part.truncate(0);
  return { response, resumedAt: 0 };
}

/** Only what has a validator can be continued later. */
async function noteState(
  part: PartFile,
  response: ClientResponse,
  state: Omit<PartState, 'etag'>,
): Promise<void> {
  const { etag } = response.headers;
  if (etag !== undefined) await part.note({ ...state, etag });
}

async function fetchDataKey(
  ports: GetPorts,
  response: ClientResponse,
  options: { readonly header: Uint8Array; readonly signal?: AbortSignal },
): Promise<KeyObject> {
  const keyId = response.headers['mdm-key-id'];
  const publicKey = response.headers['mdm-recipient-public-key'];
  if (keyId === undefined || publicKey === undefined) {
    throw clientErrors.create('CLIENT_PROTOCOL', { message: 'no key id of a sealed file' });
  }
  if (ports.keyServers === undefined || ports.credential === undefined) {
    throw clientErrors.create('CLIENT_SETTINGS', { message: 'key servers' });
  }
  const wanted = { keyId, recipientPublicKey: Buffer.from(publicKey, 'base64url') };
  const fetched = await ports.keyServers.fetch([wanted], ports.credential, options);
  const failure = fetched.failures.get(keyId);
  if (failure !== undefined) throw failure;
  const privateKey = present(fetched.keys.get(keyId), 'a key or why there is none');
  try {
    return openHeader(options.header, privateKey);
  } finally {
    wipe(privateKey);
  }
}

async function receiveAll(transfer: Transfer, request: GetRequest): Promise<void> {
  let receivedBytes = transfer.resumedAt;
  const { totalBytes, receiver } = transfer;
  for await (const bytes of transfer.body) {
    await receiver.take(bytes);
    receivedBytes += bytes.length;
    request.onProgress?.({ receivedBytes, totalBytes });
  }
  receiver.end();
}

function totalOf(response: ClientResponse, resumedAt: number): number | undefined {
  const length = response.headers['content-length'];
  return length === undefined ? undefined : resumedAt + Number(length);
}

function reportOf(
  request: GetRequest,
  done: { readonly bytes: number; readonly resumedAt: number; readonly proofs: FileProofs },
): GetReport {
  const { version, production } = done.proofs;
  const kept = request.path.endsWith('.c4gh') && request.keepSealed;
  return {
    target: request.target,
    bytes: done.bytes,
    resumedAt: done.resumedAt,
    guid: version.guid,
    version: version.version,
    sha256: kept ? production.sealedSha256 : version.plaintextSha256,
  };
}

function signalOf(request: { readonly signal?: AbortSignal }): { readonly signal?: AbortSignal } {
  return request.signal === undefined ? {} : { signal: request.signal };
}
