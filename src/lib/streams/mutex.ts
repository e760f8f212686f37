/** Lets one task at a time through, in the order they came. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  /** Run `task` after all tasks given before it have settled. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(task, task);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
