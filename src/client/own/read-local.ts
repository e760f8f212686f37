import { type FileHandle, open } from 'node:fs/promises';
import type { ByteStream } from '../../lib/streams/byte-stream.ts';
import { parsePublicKeyFile } from '../../seal/index.ts';
import { clientErrors } from '../errors.ts';
import { clientLimits } from '../limits.ts';
import type { GetProgress } from '../open/get-file.ts';

/** One read of the disk. */
const readBytes = 1024 * 1024;

/** A local file that was named. @throws CLIENT_ARGUMENT */
export async function openLocal(file: string): Promise<FileHandle> {
  try {
    const handle = await open(file);
    if (!(await handle.stat()).isDirectory()) return handle;
    await handle.close();
  } catch (cause) {
    throw unreadable(file, cause);
  }
  throw unreadable(file);
}

/** Bytes of a local file, each chunk until the next is asked for. @throws CLIENT_ARGUMENT, the signal's reason */
export async function* readLocal(
  file: string,
  options: {
    readonly signal: AbortSignal;
    readonly onProgress?: (progress: GetProgress) => void;
  },
): ByteStream & AsyncGenerator<Uint8Array> {
  await using handle = await openLocal(file);
  const { size } = await handle.stat();
  const buffer = new Uint8Array(readBytes);
  for (let receivedBytes = 0; ; ) {
    options.signal.throwIfAborted();
    const { bytesRead } = await handle.read(buffer);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    receivedBytes += bytesRead;
    options.onProgress?.({ receivedBytes, totalBytes: size });
  }
}

/** A small text file. @throws CLIENT_ARGUMENT when it cannot be read, or is larger than `bytesMax` */
export async function readSmallText(file: string, bytesMax: number): Promise<string> {
  await using handle = await openLocal(file);
  const bytes = new Uint8Array(bytesMax + 1);
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
  if (bytesRead <= bytesMax) return Buffer.from(bytes.subarray(0, bytesRead)).toString('latin1');
  throw clientErrors.create('CLIENT_ARGUMENT', { message: `${file}: too large for what it is` });
}

/** The public key, 32 bytes, of a Crypt4GH key file. @throws CLIENT_ARGUMENT */
export async function readPublicKey(file: string): Promise<Uint8Array> {
  const text = await readSmallText(file, clientLimits.keyFileBytesMax);
  const key = parsePublicKeyFile(text);
  if (key !== undefined) return key;
  const what = text.includes('PRIVATE KEY') ? 'a private key' : 'no Crypt4GH public key';
  const message = `${file}: ${what}; a public key file is wanted`;
  throw clientErrors.create('CLIENT_ARGUMENT', { message });
}

function unreadable(file: string, cause?: unknown): Error {
  return clientErrors.create('CLIENT_ARGUMENT', { message: `cannot read ${file}`, cause });
}
