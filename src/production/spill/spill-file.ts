import { createCipheriv, createDecipheriv } from 'node:crypto';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { toHex } from '../../lib/bytes/bytes.ts';
import type { Random } from '../../lib/random.ts';

/** Where frames rest that came before their turn and have no room in memory. */
export interface SpillFile {
  /** Append; gives where it is. */
  write(bytes: Uint8Array): Promise<SpillPlace>;
  read(place: SpillPlace): Promise<Uint8Array>;
  /** The file is gone and its key forgotten. Never throws. */
  close(): Promise<void>;
}

/** One piece of a spill file. */
export interface SpillPlace {
  readonly offset: number;
  readonly length: number;
}

/** Makes spill files. */
export interface Spill {
  create(): Promise<SpillFile>;
}

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Spill files in a folder. Each has no name from the moment it is open, so that nothing of it is left
 * by a crash, and is sealed under a random key that only memory holds; the nonce of a piece is its
 * offset, which no other piece has.
 */
export function createSpill({
  folder,
  random,
}: {
  readonly folder: string;
  readonly random: Random;
}): Spill {
  return {
    async create() {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const path = join(folder, toHex(random.bytes(16)));
      const file = await open(path, 'wx+', 0o600);
      await rm(path);
      return new SealedSpill(file, random.bytes(32));
    },
  };
}

class SealedSpill implements SpillFile {
  readonly #file: FileHandle;
  readonly #key: Uint8Array;
  #end = 0;

  constructor(file: FileHandle, key: Uint8Array) {
    this.#file = file;
    this.#key = key;
  }

  async write(bytes: Uint8Array): Promise<SpillPlace> {
    const place = { offset: this.#end, length: bytes.length };
    this.#end += bytes.length + tagBytes;
    const cipher = createCipheriv(algorithm, this.#key, nonceOf(place));
    const sealed = cipher.update(bytes);
    cipher.final();
    // At once: frames may be small, and a call costs more than a copy.
    await this.#writeAll(Buffer.concat([sealed, cipher.getAuthTag()]), place.offset);
    return place;
  }

  async read(place: SpillPlace): Promise<Uint8Array> {
    const sealed = new Uint8Array(place.length + tagBytes);
    for (let at = 0; at < sealed.length; ) {
      const { bytesRead } = await this.#file.read(
        sealed,
        at,
        sealed.length - at,
        place.offset + at,
      );
      if (bytesRead === 0) throw new Error('a spill file is shorter than what was written');
      at += bytesRead;
    }
    const decipher = createDecipheriv(algorithm, this.#key, nonceOf(place));
    decipher.setAuthTag(sealed.subarray(place.length));
    const bytes = decipher.update(sealed.subarray(0, place.length));
    decipher.final();
    return bytes;
  }

  async close(): Promise<void> {
    this.#key.fill(0);
    await this.#file.close().catch(() => undefined);
  }

  async #writeAll(bytes: Uint8Array, position: number): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at);
      const { bytesWritten } = await this.#file.write(part, 0, part.length, position + at);
      at += bytesWritten;
    }
  }
}

function nonceOf({ offset }: SpillPlace): Uint8Array {
  const nonce = new Uint8Array(nonceBytes);
  new DataView(nonce.buffer).setBigUint64(4, BigInt(offset));
  return nonce;
}
