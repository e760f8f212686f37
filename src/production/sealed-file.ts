import type { Deidentified } from '../flow/index.ts';
import { toHex } from '../lib/bytes/bytes.ts';
import type { Random } from '../lib/random.ts';
import type { Sealer, SealStream, SealSummary } from '../seal/index.ts';
import type { ReplicaId, ReplicaWriter, Reservation, Storage } from '../storage/storage.ts';

/** A file on its way into a store: sealed as it is written. */
export class SealedFile {
  readonly #seal: SealStream;
  readonly #writer: ReplicaWriter;

  private constructor(seal: SealStream, writer: ReplicaWriter) {
    this.#seal = seal;
    this.#writer = writer;
  }

  /** Start a replica under a fresh random id and write its header. */
  static async create(options: {
    readonly storage: Pick<Storage, 'create'>;
    readonly sealer: Sealer;
    readonly random: Random;
    readonly recipientPublicKey: Uint8Array;
    readonly reservation: Reservation;
  }): Promise<SealedFile> {
    const { storage, sealer, random, recipientPublicKey, reservation } = options;
    const id = toHex(random.bytes(16)) as ReplicaId;
    const writer = await storage.create(id, reservation);
    let seal: SealStream | undefined;
    try {
      const output: ReplicaWriter['write'] = (batch) => writer.write(batch);
      seal = sealer.stream({ recipientPublicKey, random, output });
      await writer.write(seal.header);
      return new SealedFile(seal, writer);
    } catch (error) {
      await seal?.abort();
      await writer.abort();
      throw error;
    }
  }

  get replicaId(): ReplicaId {
    return this.#writer.id;
  }

  /** Append plaintext; it may be reused once the promise settles. */
  write(plain: Deidentified<Uint8Array>): Promise<void> {
    return this.#seal.write(plain);
  }

  /** Seal the rest. What was sealed is known, and nothing of it durable yet. */
  end(): Promise<SealSummary> {
    return this.#seal.end();
  }

  /** Make it durable. */
  async commit(): Promise<void> {
    await this.#writer.commit();
  }

  /** Followers fail; the bytes are deleted. Never throws. */
  async abort(): Promise<void> {
    await this.#seal.abort();
    await this.#writer.abort();
  }
}
