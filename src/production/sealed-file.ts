import type { Deidentified, Sealed } from '../flow/index.ts';
import { toHex } from '../lib/bytes/bytes.ts';
import type { Random } from '../lib/random.ts';
import { createSealStream, type SealStream, type SealSummary } from '../seal/index.ts';
import type { ReplicaId, ReplicaWriter, Reservation, Storage } from '../storage/storage.ts';

/** A file on its way into a store: sealed as it is written. */
export class SealedFile {
  readonly #seal: SealStream;
  readonly #writer: ReplicaWriter;
  /** The write under way; the next batch is sealed while it runs. */
  #pending: Promise<void> = Promise.resolve();

  private constructor(seal: SealStream, writer: ReplicaWriter) {
    this.#seal = seal;
    this.#writer = writer;
  }

  /** Start a replica under a fresh random id and write its header. */
  static async create(options: {
    readonly storage: Storage;
    readonly random: Random;
    readonly recipientPublicKey: Uint8Array;
    readonly reservation: Reservation;
  }): Promise<SealedFile> {
    const { storage, random, recipientPublicKey, reservation } = options;
    const id = toHex(random.bytes(16)) as ReplicaId;
    const writer = await storage.create(id, reservation);
    try {
      const file = new SealedFile(createSealStream({ recipientPublicKey, random }), writer);
      await writer.write(file.#seal.header);
      return file;
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }

  get replicaId(): ReplicaId {
    return this.#writer.id;
  }

  /** Append plaintext; read during the call only. */
  async write(plain: Deidentified<Uint8Array>): Promise<void> {
    const batches = this.#seal.write(plain);
    if (batches.length === 0) return;
    await this.#pending;
    this.#pending = this.#writeAll(batches);
    // A failure is met by the next wait; until then it must not count as unhandled.
    this.#pending.catch(() => undefined);
  }

  /** Seal the rest. What was sealed is known, and nothing of it durable yet. */
  async end(): Promise<SealSummary> {
    const { tail, summary } = this.#seal.end();
    await this.#pending;
    await this.#writeAll(tail);
    return summary;
  }

  /** Make it durable. */
  async commit(): Promise<void> {
    await this.#writer.commit();
  }

  /** Followers fail; the bytes are deleted. Never throws. */
  async abort(): Promise<void> {
    await this.#pending.catch(() => undefined);
    await this.#writer.abort();
  }

  async #writeAll(batches: readonly Sealed<Uint8Array>[]): Promise<void> {
    for (const batch of batches) await this.#writer.write(batch);
  }
}
