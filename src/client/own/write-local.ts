import { basename, dirname, resolve } from 'node:path';
import type { ByteStream } from '../../lib/streams/byte-stream.ts';
import { PartFile } from '../open/part-file.ts';
import { HeldFolder } from '../tree/held-folder.ts';

/**
 * Write a local file, of mode 0600, that has its name only when all of `bytes` came without a failure.
 * @returns its path as its user knows it, and its size
 * @throws CLIENT_TARGET, CLIENT_DISK_FULL, and what `bytes` throws
 */
export async function writeLocal(
  file: string,
  bytes: ByteStream | Iterable<Uint8Array>,
  { replace }: { readonly replace: boolean },
): Promise<{ readonly target: string; readonly bytes: number }> {
  const whole = resolve(file);
  await using folder = await HeldFolder.open(dirname(whole), { make: false });
  const target = folder.place(basename(whole));
  const part = await PartFile.open(target, '');
  try {
    await part.truncate(0);
    for await (const chunk of bytes) await part.append(chunk);
    const { length } = part;
    await part.finish({ replace });
    return { target: target.shown, bytes: length };
  } catch (error) {
    await part.discard();
    throw error;
  }
}
