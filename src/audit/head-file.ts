import { constants, type FileHandle, open, readFile } from 'node:fs/promises';
import { utf8 } from '../lib/bytes/bytes.ts';
import type { AuditHead } from './audit.ts';
import { makeFolderOf, syncFolderOf, writeAll } from './durable-file.ts';

/** A head is overwritten in place: one of two slots at a time, so that one is always whole. */
const slotBytes = 128;

/** The newest head that a file of heads holds; undefined if there is none, or none is whole. */
export async function readHeadFile(path: string): Promise<AuditHead | undefined> {
  return newest(await readSlots(path));
}

/**
 * The newest head of a record, kept apart from the record: with the keys, so that a record that was
 * emptied, cut or restored from a backup does not bring a head of its own.
 */
export class HeadFile {
  readonly #file: FileHandle;
  #slot: number;

  private constructor(file: FileHandle, slot: number) {
    this.#file = file;
    this.#slot = slot;
  }

  /** Open it to write; made if absent. */
  static async open(path: string): Promise<HeadFile> {
    await makeFolderOf(path);
    const slots = await readSlots(path);
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    await syncFolderOf(path);
    return new HeadFile(file, slots.indexOf(newest(slots)));
  }

  /** Durable when it resolves. The slot with the newest head stays as it is. */
  async write(head: AuditHead): Promise<void> {
    this.#slot = this.#slot === 0 ? 1 : 0;
    await writeAll(this.#file, formatSlot(head), this.#slot * slotBytes);
    await this.#file.datasync();
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

type Slots = readonly (AuditHead | undefined)[];

async function readSlots(path: string): Promise<Slots> {
  const text = await readFile(path, 'latin1').catch(absent);
  return [text.slice(0, slotBytes), text.slice(slotBytes, 2 * slotBytes)].map(parseSlot);
}

function absent(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '';
  throw error;
}

function newest(slots: Slots): AuditHead | undefined {
  const [a, b] = slots;
  if (a === undefined || b === undefined) return a ?? b;
  return a.count > b.count ? a : b;
}

function parseSlot(slot: string): AuditHead | undefined {
  const match = /^(\d{16}) ([0-9a-f]{64}) end *\n$/.exec(slot);
  if (match === null) return undefined;
  return { count: Number(match[1]), digest: match[2] ?? '' };
}

function formatSlot({ count, digest }: AuditHead): Uint8Array {
  const text = `${String(count).padStart(16, '0')} ${digest} end`;
  return utf8(`${text.padEnd(slotBytes - 1)}\n`);
}
