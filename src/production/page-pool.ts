import type { ProductionLimits } from './limits.ts';

/** Memory for pages. What is free again goes to whoever asks next, as it is. */
export class PagePool {
  readonly #freeMax: number;
  readonly #free: Uint8Array[] = [];

  constructor({ freePagesMax }: Pick<ProductionLimits, 'freePagesMax'>) {
    this.#freeMax = freePagesMax;
  }

  take(bytes: number): Uint8Array {
    const at = this.#free.findIndex(({ length }) => length === bytes);
    const [page] = at < 0 ? [] : this.#free.splice(at, 1);
    return page ?? new Uint8Array(bytes);
  }

  give(page: Uint8Array): void {
    this.#free.push(page);
    if (this.#free.length > this.#freeMax) this.#free.shift();
  }
}
