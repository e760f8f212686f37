import type { KeyObject } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { giveBack } from '../../lib/bytes/give-back.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import type { Random } from '../../lib/random.ts';
import {
  rewrapHeader,
  SegmentOpener,
  sealedLayout,
  type VersionStatement,
} from '../../seal/index.ts';
import { clientErrors } from '../errors.ts';
import type { Recollection } from '../memory/recollection.ts';
import type { GetPorts, GetProgress } from './get-file.ts';
import { assertPinned, type FileProofs, fetchProofs } from './proofs.ts';
import { SegmentCheck } from './segment-check.ts';
import { dataKeyOf, openServed } from './served-seal.ts';

/** One read of the disk. */
const readBytes = 1024 * 1024;

/** What to make a header for. */
export interface RewrapRequest {
  /** Of the sealed file in the tree. */
  readonly path: string;
  /** The sealed file as it was kept; undefined: the header of the file that the gateway has. */
  readonly kept: FileHandle | undefined;
  /** 32 bytes, of an ordinary Crypt4GH key pair. */
  readonly recipientPublicKey: Uint8Array;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: GetProgress) => void;
  readonly onWait?: (seconds: number) => void;
}

/** A header for another reader, of 124 bytes, and the version whose sealed file it opens. */
export interface Rewrapped {
  readonly header: Uint8Array;
  readonly version: VersionStatement;
  readonly recollection: Recollection;
}

/**
 * Make a detached Crypt4GH header with which the holder of another key pair opens a sealed file: put
 * in the place of the file's first 124 bytes it makes a file for any Crypt4GH tool. The private key
 * of the version is fetched from the key servers, and wiped.
 *
 * Only for what is proven: a file that was kept is opened whole and compared with its receipt, the
 * header of the gateway's with the record of that production.
 * @throws CLIENT_*, SEAL_*, KEYS_*, and what the server says
 */
export async function rewrapFile(ports: GetPorts, request: RewrapRequest): Promise<Rewrapped> {
  assertPinned(ports.pinned);
  return request.kept === undefined
    ? rewrapServed(ports, request)
    : rewrapKept(ports, request, request.kept);
}

async function rewrapServed(ports: GetPorts, request: RewrapRequest): Promise<Rewrapped> {
  const { dataKey, proofs } = await openServed(ports, request);
  const { version, recollection } = proofs;
  return { header: headerFor(dataKey, request), version, recollection };
}

async function rewrapKept(
  ports: GetPorts,
  request: RewrapRequest,
  kept: FileHandle,
): Promise<Rewrapped> {
  const { path, signal } = request;
  const proofs = await fetchProofs(ports.api, path, { ...ports, signal });
  // A version is produced before anybody can keep its file.
  if (proofs === undefined) throw clientErrors.create('CLIENT_UNVERIFIED');
  const header = new Uint8Array(sealedLayout.headerSize);
  await kept.read(header, 0, header.length, 0);
  const dataKey = await dataKeyOf(ports, { path, header, version: proofs.version, signal });
  await checkKept(kept, { dataKey, proofs, request });
  const { version, recollection } = proofs;
  return { header: headerFor(dataKey, request), version, recollection };
}

/** All of a kept file is what was signed. @throws SEAL_*, CLIENT_UNVERIFIED */
async function checkKept(
  kept: FileHandle,
  against: {
    readonly dataKey: KeyObject;
    readonly proofs: FileProofs;
    readonly request: RewrapRequest;
  },
): Promise<void> {
  const { dataKey, proofs, request } = against;
  const { version } = proofs;
  const opener = new SegmentOpener({ dataKey, plaintextSize: version.plaintextSize });
  const check = new SegmentCheck();
  const totalBytes = (await kept.stat()).size;
  const buffer = new Uint8Array(readBytes);
  for (let position: number = sealedLayout.headerSize; ; ) {
    request.signal.throwIfAborted();
    const { bytesRead } = await kept.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) break;
    for (const plain of opener.push(buffer.subarray(0, bytesRead))) {
      check.push(plain);
      giveBack(plain);
    }
    position += bytesRead;
    request.onProgress?.({ receivedBytes: position, totalBytes });
  }
  opener.end();
  if (!check.agrees(version)) throw clientErrors.create('CLIENT_UNVERIFIED');
}

/** @throws CLIENT_ARGUMENT when no key may be agreed on with this public key */
function headerFor(dataKey: KeyObject, request: RewrapRequest): Uint8Array {
  try {
    return rewrapHeader(dataKey, request.recipientPublicKey, request.random);
  } catch (cause) {
    if (codeOf(cause) !== 'SEAL_KEY_INVALID') throw cause;
    const message = 'the public key is a weak one: nothing may be sealed for it';
    throw clientErrors.create('CLIENT_ARGUMENT', { message, cause });
  }
}
