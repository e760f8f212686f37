import { hash, type KeyObject } from 'node:crypto';
import { openHeader, type VersionStatement, wipe } from '../../seal/index.ts';
import { fetchPrivateKey } from './fetch-key.ts';
import type { GetPorts } from './get-file.ts';
import { patiently } from './patience.ts';
import { type FileProofs, proveFile } from './proofs.ts';
import { splitHeader } from './receive.ts';

/** The sealed file that the gateway has now: proven, and what opens it. */
export interface ServedSeal {
  readonly dataKey: KeyObject;
  readonly proofs: FileProofs;
  /** Of this production; undefined where the gateway names none. */
  readonly etag: string | undefined;
}

/** Which file, and who waits for it. */
export interface ServedRequest {
  readonly path: string;
  readonly signal: AbortSignal;
  readonly onWait?: (seconds: number) => void;
}

/**
 * Open the seal of a file without reading it: its header is the one of the signed record of that
 * production. @throws CLIENT_*, SEAL_*, KEYS_*, and what the server says
 */
export async function openServed(ports: GetPorts, request: ServedRequest): Promise<ServedSeal> {
  const { path, signal } = request;
  const { header, etag } = await servedHeader(ports, request);
  const digest = hash('sha256', header, 'hex');
  const proofs = await proveFile(ports.api, path, {
    ...ports,
    signal,
    agrees: ({ production }) =>
      production === undefined ? 'not yet' : production.headerDigest === digest ? 'yes' : 'no',
  });
  const { version } = proofs;
  return { dataKey: await dataKeyOf(ports, { path, header, version, signal }), proofs, etag };
}

/** The header of the file as the gateway sends it. What follows it is not read. */
async function servedHeader(
  ports: GetPorts,
  { path, signal, onWait }: ServedRequest,
): Promise<{ readonly header: Uint8Array; readonly etag: string | undefined }> {
  const enough = new AbortController();
  const reading = AbortSignal.any([enough.signal, signal]);
  const waiting = onWait === undefined ? {} : { onWait };
  try {
    const response = await patiently(() => ports.api.read(path, { offset: 0, signal: reading }), {
      clock: ports.clock,
      signal,
      ...waiting,
    });
    const { header } = await splitHeader(response.body);
    return { header, etag: response.headers['etag'] };
  } finally {
    enough.abort();
  }
}

/** The data key in a header, with the private key of the version. */
export async function dataKeyOf(
  ports: GetPorts,
  sealed: {
    readonly path: string;
    readonly header: Uint8Array;
    readonly version: VersionStatement;
    readonly signal: AbortSignal;
  },
): Promise<KeyObject> {
  const { path, header, version, signal } = sealed;
  const { keyId } = version;
  const recipientPublicKey = Buffer.from(version.recipientPublicKey, 'base64url');
  const privateKey = await fetchPrivateKey(ports, { path, keyId, recipientPublicKey }, { signal });
  try {
    return openHeader(header, privateKey);
  } finally {
    wipe(privateKey);
  }
}
