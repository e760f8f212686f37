import type { Instance } from '../../../dicom/index.ts';
import { dimseStatus, StoreFailure, type StoreRequest } from '../../../dimse/index.ts';
import type { Identified } from '../../../flow/index.ts';
import { identify } from '../../../flow/mint/identified.ts';
import type { ByteSink } from '../../../lib/streams/byte-stream.ts';
import { createChannel } from '../../../lib/streams/channel.ts';
import { ChunkHandover } from './chunk-handover.ts';

/**
 * Hands instances from the network, which pushes, to a reader, who pulls: one at a time, without a
 * copy. A slow reader stops the network.
 */
export class Handover {
  /** With room for one, `send` resolves when the instance is taken. */
  readonly #instances = createChannel<{ instance: Instance; chunks: ChunkHandover }>(1);
  #current: ChunkHandover | undefined;
  #over: { readonly reason: unknown } | undefined;

  /** Take an instance from the network. */
  receive(request: StoreRequest): ByteSink {
    const { sopClassUid, sopInstanceUid, transferSyntaxUid } = request;
    const chunks = new ChunkHandover();
    if (this.#over !== undefined) chunks.discard(this.#over.reason);
    this.#current = chunks;
    const instance = { sopClassUid, sopInstanceUid, transferSyntaxUid, dataSet: chunks };
    const taken =
      this.#over === undefined
        ? this.#instances.send({ instance, chunks }).catch((error) => chunks.discard(error))
        : Promise.resolve();
    return {
      write: (chunk) => chunks.write(chunk),
      async end() {
        await taken; // only an instance without a byte can end before it is taken
        if (chunks.isDiscarded) throw new StoreFailure(dimseStatus.outOfResources);
        chunks.finish();
      },
      abort: (reason) => chunks.fail(reason),
    };
  }

  /** The retrieve ended well. */
  close(): void {
    this.#instances.close();
  }

  /** The retrieve failed; the reader gets `error` after what came. */
  fail(error: unknown): void {
    this.#instances.fail(error);
  }

  /** The reader has left or the retrieve was cancelled: what still comes is thrown away. */
  discard(reason: unknown): void {
    this.#over ??= { reason };
    this.#current?.discard(reason);
  }

  /** The instances in the order of arrival; what a reader leaves of one is thrown away. */
  async *read(): AsyncGenerator<Identified<Instance>, void, void> {
    for await (const { instance, chunks } of this.#instances) {
      yield identify(instance);
      chunks.leave();
    }
  }
}
