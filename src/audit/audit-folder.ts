import { constants, type FileHandle, mkdir, open, readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { assert } from '../lib/assert.ts';
import { utf8 } from '../lib/bytes/bytes.ts';
import type { AuditHead } from './audit.ts';
import type { AuditSink } from './audit-sink.ts';
import type { AuditLimits } from './limits.ts';

const headName = 'head';
/** A head is overwritten in place: one of two slots at a time, so that one is always whole. */
const slotBytes = 128;

/** Names of the record's files in a folder, oldest first. */
export async function recordFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  return names.filter((name) => /^audit-\d{12}\.log$/.test(name)).sort();
}

/** The newest head that was anchored in a folder; undefined if none is whole. */
export async function readHead(folder: string): Promise<AuditHead | undefined> {
  const text = await readFile(join(folder, headName), 'latin1').catch(() => '');
  const slots = [text.slice(0, slotBytes), text.slice(slotBytes, 2 * slotBytes)];
  return slots
    .map(parseSlot)
    .filter((head) => head !== undefined)
    .sort((a, b) => a.sequence - b.sequence)
    .at(-1);
}

function parseSlot(slot: string): AuditHead | undefined {
  const match = /^(\d{16}) ([0-9a-f]{64}) end *\n$/.exec(slot);
  if (match === null) return undefined;
  return { sequence: Number(match[1]), hash: match[2] ?? '' };
}

function formatSlot(head: AuditHead): Uint8Array {
  const text = `${String(head.sequence).padStart(16, '0')} ${head.hash} end`;
  return utf8(`${text.padEnd(slotBytes - 1)}\n`);
}

/** Where an opened record goes on. */
export interface AuditPosition {
  /** The newest file and how much of it is good; undefined if there is none. */
  readonly file: { readonly name: string; readonly size: number } | undefined;
}

/**
 * Appends to `audit-<first sequence>.log` files in a folder. Every file ends with a whole line; what
 * a failed append left is cut off before the next.
 */
export class AuditFolder implements AuditSink {
  readonly #folder: string;
  readonly #limits: AuditLimits;
  #head: FileHandle | undefined;
  #file: FileHandle | undefined;
  #size = 0;
  #dirty = false;
  #slot = 0;

  constructor(folder: string, limits: AuditLimits) {
    this.#folder = resolve(folder);
    this.#limits = limits;
  }

  /** Go on at the end of what is there. */
  async open(position: AuditPosition): Promise<void> {
    const { O_RDWR, O_CREAT } = constants;
    this.#head = await open(join(this.#folder, headName), O_RDWR | O_CREAT, 0o600);
    if (position.file !== undefined) {
      this.#file = await open(join(this.#folder, position.file.name), 'r+');
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
    this.#slot = 1 - this.#slot;
    await writeAll(this.#head, formatSlot(head), this.#slot * slotBytes);
    await this.#head.datasync();
  }

  async recover(): Promise<void> {
    await this.#file?.truncate(this.#size);
    await this.#file?.datasync();
    // The failure may have come between making a file and putting its name on the disk.
    await this.#syncFolder();
    this.#dirty = false;
  }

  async close(): Promise<void> {
    await this.#file?.close();
    await this.#head?.close();
  }

  async #nextFile(firstSequence: number): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    const name = `audit-${String(firstSequence).padStart(12, '0')}.log`;
    // 'w': a file of this name can only be what a failed rotation left, with nothing durable in it.
    this.#file = await open(join(this.#folder, name), 'w', 0o600);
    this.#size = 0;
    await this.#syncFolder();
  }

  async #syncFolder(): Promise<void> {
    await using folder = await open(this.#folder, 'r');
    await folder.sync();
  }
}

/** Make the folder of a record, durably. */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await using parent = await open(dirname(resolve(path)), 'r');
  await parent.sync();
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
