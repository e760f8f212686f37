import { existsSync } from 'node:fs';
import { constants, type FileHandle, lstat, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { clientErrors } from '../errors.ts';
import type { LocalPlace } from '../open/local-place.ts';

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;

/** Where Linux shows a process its open files: a path through it starts at the folder that is held. */
const openFiles = '/proc/self/fd';

/**
 * A local folder that is written into. It is held open, so what is put at its path meanwhile changes
 * nothing: not a symbolic link, not another folder. Folders below it are never entered through a link.
 *
 * Where the system has no `/proc/self/fd` each step is looked at before it is taken instead.
 */
export class HeldFolder implements AsyncDisposable {
  /** Path that its user knows it by. */
  readonly shown: string;
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle, shown: string) {
    this.#handle = handle;
    this.shown = shown;
  }

  /** Hold the folder that a user named; made if it is absent and `make` says so, with nothing above it. */
  static async open(path: string, { make }: { readonly make: boolean }): Promise<HeldFolder> {
    try {
      if (make) await makeFolder(path);
      return new HeldFolder(await open(path, O_RDONLY | O_DIRECTORY), path);
    } catch (cause) {
      throw unusable(path, cause);
    }
  }

  /** Hold the folder `name` in this one, made if it is absent. @throws CLIENT_TARGET for anything else there */
  async folder(name: string): Promise<HeldFolder> {
    const { path, shown } = this.place(name);
    try {
      await makeFolder(path);
      return new HeldFolder(await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), shown);
    } catch (cause) {
      throw unusable(shown, cause);
    }
  }

  /** Hold the folder at `names` below this one. */
  async below(names: readonly string[]): Promise<HeldFolder> {
    let at = new HeldFolder(await open(this.#path(), O_RDONLY | O_DIRECTORY), this.shown);
    for (const name of names) {
      await using above = at;
      at = await above.folder(name);
    }
    return at;
  }

  /** Where a file `name` of this folder is. Valid while the folder is held. */
  place(name: string): LocalPlace {
    return { path: join(this.#path(), name), shown: join(this.shown, name) };
  }

  /** Whether anything is called `name` here, a dangling link too. */
  async has(name: string): Promise<boolean> {
    return lstat(this.place(name).path).then(
      () => true,
      () => false,
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#handle.close();
  }

  #path(): string {
    return existsSync(openFiles) ? `${openFiles}/${this.#handle.fd}` : this.shown;
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function unusable(shown: string, cause: unknown): Error {
  const system = (cause as NodeJS.ErrnoException).code ?? 'failed';
  const what: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such folder',
    ENOTDIR: 'not a folder, or a symbolic link',
    ELOOP: 'a symbolic link',
  };
  const message = `${shown}: ${what[system] ?? system}`;
  return clientErrors.create('CLIENT_TARGET', { message, cause });
}
