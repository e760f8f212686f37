import { recallLimits } from './limits.ts';

/** How many recalls of each PACS are in work: one that is slow takes no worker from another. */
export class Lanes {
  readonly #inWork = new Map<string, number>();

  /** Those that take no more. */
  busy(): readonly string[] {
    return [...this.#inWork.keys()].filter((lane) => this.#isBusy(lane));
  }

  /** False when the lane takes no more. */
  enter(lane: string): boolean {
    if (this.#isBusy(lane)) return false;
    this.#inWork.set(lane, (this.#inWork.get(lane) ?? 0) + 1);
    return true;
  }

  leave(lane: string): void {
    const left = (this.#inWork.get(lane) ?? 0) - 1;
    if (left > 0) this.#inWork.set(lane, left);
    else this.#inWork.delete(lane);
  }

  #isBusy(lane: string): boolean {
    return (this.#inWork.get(lane) ?? 0) >= recallLimits.runningMax;
  }
}
