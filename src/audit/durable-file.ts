import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** Make a folder, durably. */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await syncFolder(dirname(resolve(path)));
}

/** Make the folder that a file is to lie in, durably. */
export function makeFolderOf(path: string): Promise<void> {
  return makeFolder(dirname(resolve(path)));
}

/** A new file survives a power cut only once its folder is on the disk. */
export function syncFolderOf(path: string): Promise<void> {
  return syncFolder(dirname(resolve(path)));
}

export async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}

export async function writeAll(
  file: FileHandle,
  bytes: Uint8Array,
  position: number,
): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
