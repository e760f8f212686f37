import { type FileHandle, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { clientErrors } from '../errors.ts';

/** One write of the disk. */
const stageBytes = 1024 * 1024;

/** What must be the same for a kept part to be continued. */
export interface PartState {
  readonly path: string;
  readonly etag: string;
  /** The Crypt4GH header that the part was opened with, base64; absent where bytes are kept as sent. */
  readonly header?: string;
}

/**
 * A transfer's file while it is not complete: `<target>.mdm-part`, beside it what it is a part of.
 * The target's name appears only after everything was verified.
 */
export class PartFile {
  readonly #target: string;
  readonly #handle: FileHandle;
  /** Bytes gathered for one write, and the buffer of the write under way. */
  #stage = new Uint8Array(stageBytes);
  #other = new Uint8Array(stageBytes);
  #staged = 0;
  #written: number;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(target: string, handle: FileHandle, length: number) {
    this.#target = target;
    this.#handle = handle;
    this.#written = length;
  }

  /** What an earlier transfer of `path` to `target` left, if it can be continued. */
  static async kept(target: string, path: string): Promise<PartState | undefined> {
    try {
      const state = JSON.parse(await readFile(statePath(target), 'utf8')) as PartState;
      return state.path === path && typeof state.etag === 'string' ? state : undefined;
    } catch {
      return undefined;
    }
  }

  /** Open the part; `keep` bytes of it stay, the rest is dropped. @throws CLIENT_TARGET */
  static async open(target: string, keep: 'all' | 'nothing'): Promise<PartFile> {
    try {
      const handle = await open(partPath(target), keep === 'all' ? 'a+' : 'w+', 0o600);
      if (keep === 'nothing') await rm(statePath(target), { force: true });
      return new PartFile(target, handle, (await handle.stat()).size);
    } catch (cause) {
      throw clientErrors.create('CLIENT_TARGET', { message: target, cause });
    }
  }

  get length(): number {
    return this.#written + this.#staged;
  }

  async truncate(length: number): Promise<void> {
    await this.#flush();
    await this.#handle.truncate(length);
    this.#written = length;
  }

  /** Note what the part is a part of; from now on it can be continued. */
  async note(state: PartState): Promise<void> {
    await writeFile(statePath(this.#target), JSON.stringify(state), { mode: 0o600 });
  }

  /** Add bytes; they may be reused at once, or, where it gives a promise, once that settles. */
  append(bytes: Uint8Array): Promise<void> | undefined {
    const taken = bytes.subarray(0, stageBytes - this.#staged);
    this.#stage.set(taken, this.#staged);
    this.#staged += taken.length;
    if (this.#staged < stageBytes) return undefined;
    return this.#write().then(() => this.append(bytes.subarray(taken.length)));
  }

  /** The bytes kept, in chunks of 1 MiB. */
  async *read(): AsyncGenerator<Uint8Array> {
    await this.#flush();
    const buffer = new Uint8Array(stageBytes);
    for (let offset = 0; offset < this.#written; ) {
      const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, offset);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      offset += bytesRead;
    }
  }

  /** Give the verified file its name. Durable when it resolves. */
  async finish(): Promise<void> {
    await this.#flush();
    await this.#handle.sync();
    await this.#handle.close();
    await rename(partPath(this.#target), this.#target);
    await rm(statePath(this.#target), { force: true });
    const folder = await open(dirname(this.#target));
    await folder.sync().finally(() => folder.close());
  }

  /** Keep what came for another try. */
  async close(): Promise<void> {
    await this.#flush().finally(() => this.#handle.close());
  }

  /** Nothing of it may be used. */
  async discard(): Promise<void> {
    await this.#writing.catch(() => undefined);
    await this.#handle.close();
    await rm(partPath(this.#target), { force: true });
    await rm(statePath(this.#target), { force: true });
  }

  /** Start writing the stage; the one before it must have been written. */
  async #write(): Promise<void> {
    await this.#writing;
    const [full, length, position] = [this.#stage, this.#staged, this.#written];
    this.#stage = this.#other;
    this.#other = full;
    this.#staged = 0;
    this.#written += length;
    this.#writing = this.#handle.write(full, 0, length, position);
    // Met by the next wait; until then it must not count as unhandled.
    this.#writing.catch(() => undefined);
  }

  async #flush(): Promise<void> {
    if (this.#staged > 0) await this.#write();
    await this.#writing;
  }
}

/** Whether a file stands at `target`. */
export async function exists(target: string): Promise<boolean> {
  return stat(target).then(
    () => true,
    () => false,
  );
}

function partPath(target: string): string {
  return `${target}.mdm-part`;
}

function statePath(target: string): string {
  return `${target}.mdm-part.json`;
}
