import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { assert } from '../lib/assert.ts';
import type { AuditHead } from './audit.ts';
import type { AuditSink } from './audit-sink.ts';
import { makeFolder, syncFolder, writeAll } from './durable-file.ts';
import { HeadFile } from './head-file.ts';
import type { AuditLimits } from './limits.ts';

/** Where a record is. */
export interface AuditPlaces {
  /** The folder of its files; readable by its owner only. */
  readonly path: string;
  /** The file of its newest head; lies with the keys, never in the folder. */
  readonly headFile: string;
}

/** Names of the record's files in a folder, oldest first; none if there is no folder. */
export async function recordFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  return names.filter((name) => /^audit-\d{12}\.log$/.test(name)).sort();
}

/** Number of the first record of a file. */
export function firstOf(name: string): number {
  return Number(/\d{12}/.exec(name)?.[0]);
}

/** Where an opened record goes on. */
export interface AuditPosition {
  /** The newest file and how much of it is good; undefined to begin a new one. */
  readonly file: { readonly name: string; readonly size: number } | undefined;
}

/**
 * Appends to `audit-<first number>.log` files in a folder. Every file ends with a whole line; what
 * a failed append left is cut off before the next.
 */
export class AuditFolder implements AuditSink {
  readonly #places: AuditPlaces;
  readonly #limits: AuditLimits;
  #head: HeadFile | undefined;
  #file: FileHandle | undefined;
  #size = 0;
  #dirty = false;

  constructor(places: AuditPlaces, limits: AuditLimits) {
    this.#places = { ...places, path: resolve(places.path) };
    this.#limits = limits;
  }

  /** Go on at the end of what is there. */
  async open(position: AuditPosition): Promise<void> {
    const { path, headFile } = this.#places;
    await makeFolder(path);
    this.#head = await HeadFile.open(headFile);
    if (position.file !== undefined) {
      this.#file = await open(join(path, position.file.name), 'r+');
      this.#size = position.file.size;
    }
    await this.recover();
  }

  async append(lines: Uint8Array, firstSequence: number): Promise<void> {
    assert(!this.#dirty, 'a failed append is recovered before the next');
    if (this.#file === undefined || this.#size >= this.#limits.fileBytesMax)
      await this.#nextFile(firstSequence);
    const file = this.#file;
    assert(file !== undefined, 'a file is open');
    this.#dirty = true;
    await writeAll(file, lines, this.#size);
    await file.datasync();
    this.#size += lines.length;
    this.#dirty = false;
  }

  async anchor(head: AuditHead): Promise<void> {
    assert(this.#head !== undefined, 'the folder is open');
    await this.#head.write(head);
  }

  async recover(): Promise<void> {
    await this.#file?.truncate(this.#size);
    await this.#file?.datasync();
    // The failure may have come between making a file and putting its name on the disk.
    await syncFolder(this.#places.path);
    this.#dirty = false;
  }

  async close(): Promise<void> {
    await this.#file?.close();
    await this.#head?.close();
  }

  async #nextFile(firstSequence: number): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    const { path } = this.#places;
    const name = `audit-${String(firstSequence).padStart(12, '0')}.log`;
    // 'w': a file of this name can only be what a failed rotation left, with nothing durable in it.
    this.#file = await open(join(path, name), 'w', 0o600);
    this.#size = 0;
    await syncFolder(path);
  }
}
