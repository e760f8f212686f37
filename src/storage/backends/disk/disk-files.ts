import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  statfs,
} from 'node:fs/promises';

/** An open file. */
export interface DiskFile {
  /** Write all of `bytes` at `position`. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Read up to `bytes.length`; 0 at the end of the file. */
  read(bytes: Uint8Array, position: number): Promise<number>;
  /** Put what was written on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The file system as the disk back end uses it; tests let it fail. */
export interface DiskFiles {
  /** Make a file that must not exist, for reading and writing by its owner only. */
  create(path: string): Promise<DiskFile>;
  open(path: string): Promise<DiskFile>;
  /** Whole content of a small file. */
  read(path: string): Promise<Uint8Array>;
  /** Names in a folder. */
  list(path: string): Promise<readonly string[]>;
  makeFolder(path: string): Promise<void>;
  /** Put a folder's entries on the disk. */
  syncFolder(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Remove a file or a folder with its content; absent is fine. */
  remove(path: string): Promise<void>;
  /** Of the file system that holds `path`: its size, and what we may still write. */
  space(path: string): Promise<{ readonly totalBytes: number; readonly freeBytes: number }>;
}

/** The machine's file system, through the thread pool: a slow disk never blocks the event loop. */
export const nodeDiskFiles: DiskFiles = {
  create: async (path) => diskFile(await open(path, 'wx+', 0o600)),
  open: async (path) => diskFile(await open(path, 'r')),
  read: (path) => readFile(path),
  list: (path) => readdir(path),
  async makeFolder(path) {
    await mkdir(path, { recursive: true, mode: 0o700 });
  },
  async syncFolder(path) {
    await using folder = await open(path, 'r');
    await folder.sync();
  },
  rename,
  remove: (path) => rm(path, { recursive: true, force: true }),
  async space(path) {
    const { blocks, bavail, bsize, files, ffree } = await statfs(path);
    // Without a free inode nothing can be written, whatever is free; some have no fixed number of them.
    const hasInodes = files === 0 || ffree > 0;
    return { totalBytes: blocks * bsize, freeBytes: hasInodes ? bavail * bsize : 0 };
  },
};

function diskFile(handle: FileHandle): DiskFile {
  return {
    async write(bytes, position) {
      let done = 0;
      while (done < bytes.length) {
        const { bytesWritten } = await handle.write(
          bytes,
          done,
          bytes.length - done,
          position + done,
        );
        done += bytesWritten;
      }
    },
    async read(bytes, position) {
      return (await handle.read(bytes, 0, bytes.length, position)).bytesRead;
    },
    sync: () => handle.datasync(),
    close: () => handle.close(),
  };
}

/** Code of a failed system call, `ENOSPC`; undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
