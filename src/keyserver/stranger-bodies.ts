import { keyserverErrors } from './errors.ts';
import { keyserverLimits } from './limits.ts';

/** Large bodies that are read before anybody has shown an enrolled signature: few at a time. */
export class StrangerBodies {
  readonly #perAddress = new Map<string, number>();
  #all = 0;

  /**
   * @param sizeBytes as announced; undefined when it was not
   * @returns to be called when the body was judged
   * @throws KEYSERVER_RATE_LIMITED
   */
  take(address: string, sizeBytes: number | undefined): () => void {
    if (sizeBytes !== undefined && sizeBytes <= keyserverLimits.strangerBodySizeMax)
      return () => {};
    const count = this.#perAddress.get(address) ?? 0;
    const { strangerBodiesMax, strangerBodiesPerAddressMax } = keyserverLimits;
    if (count >= strangerBodiesPerAddressMax || this.#all >= strangerBodiesMax)
      throw keyserverErrors.create('KEYSERVER_RATE_LIMITED');
    this.#perAddress.set(address, count + 1);
    this.#all += 1;
    return () => this.#giveBack(address);
  }

  #giveBack(address: string): void {
    const count = (this.#perAddress.get(address) ?? 0) - 1;
    if (count > 0) this.#perAddress.set(address, count);
    else this.#perAddress.delete(address);
    this.#all -= 1;
  }
}
