import { createHash } from 'node:crypto';
import { constants, type FileHandle, open } from 'node:fs/promises';
import { sealedSizeOf } from '../../seal/index.ts';
import type { GetPorts, GetReport, GetRequest } from './get-file.ts';
import { reportOf } from './get-file.ts';
import { existing, PartFile } from './part-file.ts';
import { type FileProofs, fetchProofs } from './proofs.ts';

/** One read of the disk. */
const readBytes = 1024 * 1024;

/**
 * What stands at the target, compared with the signed receipt byte for byte: undefined when nothing
 * does, a report as of a transfer when it is the file.
 * @throws CLIENT_TARGET when it is something else, or when there is no receipt to compare with; CLIENT_*,
 * SEAL_*, and what the server says
 */
export async function verifyLocal(
  ports: GetPorts,
  request: GetRequest,
): Promise<GetReport | undefined> {
  const { path, target } = request;
  await using file = await openThere(request);
  if (file === undefined) return undefined;
  const proofs = await fetchProofs(ports.api, path, { ...ports, ...signalOf(request) });
  if (proofs === undefined) throw existing(target, '; no receipt says what it should be');
  const wanted = wantedOf(proofs, request);
  if (wanted === undefined) throw existing(target, '; the server has another sealed form now');
  const { size } = await file.stat();
  const isSame = size === wanted.size && (await digestOf(file, size, request)) === wanted.sha256;
  if (!isSame) throw existing(target, ' and is not this file');
  await PartFile.sweep(target);
  return reportOf(request, { bytes: size, resumedAt: size, proofs });
}

/** The file at the target; a link, a pipe or a folder is none that we would have written. */
async function openThere({ target }: GetRequest): Promise<FileHandle | undefined> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  try {
    const handle = await open(target.path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  }
  throw existing(target, ' and cannot be read as a file');
}

/** A sealed form is new in each production; of an earlier one nothing is recorded. */
function wantedOf(
  { version, production }: FileProofs,
  { path, keepSealed }: GetRequest,
): { readonly size: number; readonly sha256: string } | undefined {
  if (!keepSealed || !path.endsWith('.c4gh')) {
    return { size: version.plaintextSize, sha256: version.plaintextSha256 };
  }
  if (production === undefined) return undefined;
  return { size: sealedSizeOf(version.plaintextSize), sha256: production.sealedSha256 };
}

async function digestOf(file: FileHandle, size: number, { signal }: GetRequest): Promise<string> {
  const digest = createHash('sha256');
  const buffer = new Uint8Array(Math.min(readBytes, size + 1));
  for (;;) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(buffer);
    if (bytesRead === 0) return digest.digest('hex');
    digest.update(buffer.subarray(0, bytesRead));
  }
}

function signalOf({ signal }: GetRequest): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
