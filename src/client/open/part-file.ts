import { constants, type FileHandle, link, lstat, open, rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { sealedLayout } from '../../seal/index.ts';
import { clientErrors } from '../errors.ts';
import type { LocalPlace } from './local-place.ts';
import { lockPart, type PartLock } from './part-lock.ts';

/** One write of the disk. */
const stageBytes = 1024 * 1024;

/** The first write: most files are small, and memory of many of them is not given back at once. */
const firstStageBytes = 64 * 1024;

/** So much is put on the disk in the background, so that the end finds little left to wait for. */
const syncBehindBytes = 16 * stageBytes;

/** Version of the state file. */
const format = 1;

/** It holds a path, a validator and 124 bytes in base64. */
const stateBytesMax = 16 * 1024;

/** What must be the same for a kept part to be continued. */
export interface PartState {
  readonly path: string;
  readonly etag: string;
  /** The Crypt4GH header that the part was opened with, base64; absent where bytes are kept as sent. */
  readonly header?: string;
}

/**
 * A transfer's file while it is not complete: `<target>.mdm-part`, beside it what it is a part of.
 * The target's name appears only after everything was verified. Failures of the disk are CLIENT_TARGET.
 */
export class PartFile {
  readonly #target: LocalPlace;
  readonly #handle: FileHandle;
  readonly #lock: PartLock;
  /** Bytes gathered for one write, and the buffer of the write under way. */
  #stage = new Uint8Array(firstStageBytes);
  #other: Uint8Array<ArrayBuffer> | undefined;
  #staged = 0;
  #written: number;
  #writing: Promise<unknown> = Promise.resolve();
  /** Bytes written since the last background sync began. */
  #unsynced = 0;
  /** The background sync under way. */
  #syncing: Promise<void> | undefined;
  #syncFailure: unknown;
  #kept: PartState | undefined;

  private constructor(options: {
    readonly target: LocalPlace;
    readonly handle: FileHandle;
    readonly lock: PartLock;
    readonly length: number;
    readonly kept: PartState | undefined;
  }) {
    this.#target = options.target;
    this.#handle = options.handle;
    this.#lock = options.lock;
    this.#written = options.length;
    this.#kept = options.kept;
  }

  /** Open the part of `target`, with what an earlier transfer of `path` left if it can be continued. */
  static open(target: LocalPlace, path: string): Promise<PartFile> {
    return onDisk(target, async () => {
      const lock = await lockPart(besides(target, '.mdm-part.lock'));
      try {
        const kept = await readState(target, path);
        const { handle, size } = await openOwn(partPath(target), constants.O_RDWR);
        const part = new PartFile({ target, handle, lock, length: size, kept });
        if (kept === undefined) await part.restart();
        return part;
      } catch (error) {
        await lock.release();
        throw error;
      }
    });
  }

  /**
   * Remove what a transfer left that was killed after its file had its name. What another transfer
   * holds stays. Never throws: the file is there and whole.
   */
  static async sweep(target: LocalPlace): Promise<void> {
    const lock = besides(target, '.mdm-part.lock');
    const left = [statePath(target), partPath(target)];
    const found = await Promise.all([lock.path, ...left].map(exists));
    if (!found.includes(true)) return;
    const held = await lockPart(lock).catch(() => undefined);
    if (held === undefined) return;
    for (const path of left) await rm(path, { force: true }).catch(() => undefined);
    await held.release().catch(() => undefined);
  }

  /** What the part is a part of; undefined when it cannot be continued. */
  get kept(): PartState | undefined {
    return this.#kept;
  }

  get length(): number {
    return this.#written + this.#staged;
  }

  /** Drop what is there and what is known of it. */
  async restart(): Promise<void> {
    this.#kept = undefined;
    await onDisk(this.#target, () => rm(statePath(this.#target), { force: true }));
    await this.truncate(0);
  }

  truncate(length: number): Promise<void> {
    return onDisk(this.#target, async () => {
      await this.#flush();
      await this.#handle.truncate(length);
      this.#written = length;
    });
  }

  /** Note what the part is a part of; from now on it can be continued. */
  async note(state: PartState): Promise<void> {
    await onDisk(this.#target, async () => {
      const { handle } = await openOwn(statePath(this.#target), constants.O_WRONLY);
      await using file = handle;
      await file.truncate(0);
      await file.writeFile(JSON.stringify({ format, ...state }));
    });
    this.#kept = state;
  }

  /** Add bytes; they may be reused once it returned and its promise, if there is one, settled. */
  append(bytes: Uint8Array): Promise<void> | undefined {
    if (bytes.length >= this.#stage.length - this.#staged) return this.#appendOver(bytes);
    this.#stage.set(bytes, this.#staged);
    this.#staged += bytes.length;
    return undefined;
  }

  /** The bytes kept, in chunks of 1 MiB. */
  async *read(): AsyncGenerator<Uint8Array> {
    await onDisk(this.#target, () => this.#flush());
    const buffer = new Uint8Array(Math.min(stageBytes, this.#written));
    for (let offset = 0; offset < this.#written; ) {
      const { bytesRead } = await onDisk(this.#target, () =>
        this.#handle.read(buffer, 0, buffer.length, offset),
      );
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      offset += bytesRead;
    }
  }

  /**
   * Give the verified file its name; what has that name already only goes if `replace` says so.
   * Durable when it resolves.
   */
  finish({ replace }: { readonly replace: boolean }): Promise<void> {
    return onDisk(this.#target, async () => {
      await this.#flush();
      await this.#syncing;
      await this.#sync(() => this.#handle.sync());
      if (this.#syncFailure !== undefined) throw this.#syncFailure;
      await this.#handle.close();
      await give(partPath(this.#target), { name: this.#target, replace });
      await rm(statePath(this.#target), { force: true });
      await this.#lock.release();
      await using folder = await open(dirname(this.#target.path));
      await folder.sync();
    });
  }

  /**
   * Keep what came for another try, if anything did, unless the disk may have lost some of it: no later sync would
   * tell. Never throws: what fails here is not the news.
   */
  async close(): Promise<void> {
    await this.#flush().catch(() => undefined);
    await this.#syncing;
    if (this.#syncFailure !== undefined || this.length === 0) return this.discard();
    await this.#end();
  }

  /** Nothing of it may be used. Never throws. */
  async discard(): Promise<void> {
    await this.#writing.catch(() => undefined);
    for (const path of [statePath(this.#target), partPath(this.#target)]) {
      await rm(path, { force: true }).catch(() => undefined);
    }
    await this.#end();
  }

  async #end(): Promise<void> {
    await this.#syncing;
    await this.#handle.close().catch(() => undefined);
    await this.#lock.release().catch(() => undefined);
  }

  /** Add bytes that fill the stage. */
  async #appendOver(bytes: Uint8Array): Promise<void> {
    for (let offset = 0; offset < bytes.length; ) {
      const taken = bytes.subarray(offset, offset + this.#stage.length - this.#staged);
      this.#stage.set(taken, this.#staged);
      this.#staged += taken.length;
      offset += taken.length;
      if (this.#staged === this.#stage.length) await onDisk(this.#target, () => this.#write());
    }
  }

  /** Start writing the stage; the one before it must have been written. */
  async #write(): Promise<void> {
    await this.#writing;
    const [full, length, position] = [this.#stage, this.#staged, this.#written];
    this.#stage = this.#other ?? new Uint8Array(stageBytes);
    this.#other = full.length === stageBytes ? full : undefined;
    this.#staged = 0;
    this.#written += length;
    this.#writing = writeAll(this.#handle, full.subarray(0, length), position);
    // Met by the next wait; until then it must not count as unhandled.
    this.#writing.catch(() => undefined);
    this.#unsynced += length;
    if (this.#unsynced >= syncBehindBytes) this.#syncing ??= this.#syncBehind(this.#writing);
  }

  /** Never throws: `finish` does. */
  async #syncBehind(written: Promise<unknown>): Promise<void> {
    this.#unsynced = 0;
    // A failed write is met by the next one; a full disk leaves a part that can be continued.
    await written.catch(() => undefined);
    await this.#sync(() => this.#handle.datasync());
    this.#syncing = undefined;
  }

  /** The disk tells of a failure once only, so it is kept. */
  async #sync(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#syncFailure ??= error;
    }
  }

  async #flush(): Promise<void> {
    if (this.#staged > 0) await this.#write();
    await this.#writing;
  }
}

/** Whether anything stands at `path`, a dangling link too. */
export async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/**
 * Open a file of a transfer, made if it is absent: a regular file that is under this name alone, so
 * that nothing else is written through a link that somebody put there. Another name that it has is
 * that of a file which was complete when its transfer was killed: it keeps the content.
 */
async function openOwn(
  path: string,
  access: number,
): Promise<{ readonly handle: FileHandle; readonly size: number }> {
  const { O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  for (let tries = 0; tries < 2; tries += 1) {
    const handle = await open(path, access | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
    const found = await handle.stat();
    if (found.isFile() && found.nlink === 1) return { handle, size: found.size };
    await handle.close();
    if (found.isFile()) await rm(path);
  }
  throw clientErrors.create('CLIENT_TARGET', { message: `${basename(path)} is not ours` });
}

/** Systems and file systems without hard links. */
const noLinks: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'ENOSYS',
  'EOPNOTSUPP',
  'ENOTSUP',
  'EXDEV',
  'EMLINK',
]);

/** Name a complete file. A link is made or not at all, so it never replaces what came meanwhile. */
async function give(
  part: string,
  { name, replace }: { readonly name: LocalPlace; readonly replace: boolean },
): Promise<void> {
  if (replace) return rename(part, name.path);
  try {
    await link(part, name.path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isThere = code === 'EEXIST' || (noLinks.has(code) && (await exists(name.path)));
    if (isThere) throw existing(name);
    if (!noLinks.has(code)) throw error;
    return rename(part, name.path);
  }
  await rm(part);
}

/** Something is there. */
export function existing(target: LocalPlace, how = ''): Error {
  return clientErrors.create('CLIENT_TARGET', { message: `${target.shown} exists${how}` });
}

/** One call may write less than it was given, as on a disk that is nearly full. */
async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const left = bytes.length - done;
    done += (await handle.write(bytes, done, left, position + done)).bytesWritten;
  }
}

/** What an earlier transfer noted, if it is of this path and makes sense. */
async function readState(target: LocalPlace, path: string): Promise<PartState | undefined> {
  try {
    const state = JSON.parse(await readOwn(statePath(target))) as Record<string, unknown>;
    const { etag, header } = state;
    // A part of another format is fetched anew: nothing is lost but time.
    if (state['format'] !== format || state['path'] !== path) return undefined;
    if (typeof etag !== 'string') return undefined;
    if (header === undefined) return { path, etag };
    if (typeof header !== 'string') return undefined;
    const isWhole = Buffer.from(header, 'base64').length === sealedLayout.headerSize;
    return isWhole ? { path, etag, header } : undefined;
  } catch {
    return undefined;
  }
}

/** A small file of ours; through a link it would be somebody else's. */
async function readOwn(path: string): Promise<string> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  await using file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  const bytes = new Uint8Array(stateBytesMax);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
  return new TextDecoder().decode(bytes.subarray(0, bytesRead));
}

/** Do something with the disk; what fails has the client's code. */
async function onDisk<T>(target: LocalPlace, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (clientErrors.has(cause)) throw cause;
    const system = (cause as NodeJS.ErrnoException).code ?? 'failed';
    if (system === 'ENOSPC' || system === 'EDQUOT') {
      throw clientErrors.create('CLIENT_DISK_FULL', { message: target.shown, cause });
    }
    throw clientErrors.create('CLIENT_TARGET', { message: `${target.shown} (${system})`, cause });
  }
}

function partPath(target: LocalPlace): string {
  return besides(target, '.mdm-part').path;
}

function statePath(target: LocalPlace): string {
  return besides(target, '.mdm-part.json').path;
}

function besides(target: LocalPlace, suffix: string): LocalPlace {
  return { path: `${target.path}${suffix}`, shown: `${target.shown}${suffix}` };
}
