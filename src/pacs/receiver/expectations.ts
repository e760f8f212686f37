import type { StoreRequest } from '../../dimse/index.ts';
import { assert } from '../../lib/assert.ts';
import type { Expectation } from './receiver.ts';

/** Finds out for which C-MOVE an instance has come. */
export class Expectations {
  readonly #max: number;
  readonly #open = new Set<Expectation>();

  constructor(max: number) {
    this.#max = max;
  }

  add(expectation: Expectation): () => void {
    assert(this.#open.size < this.#max, 'the guard bounds the C-MOVEs under way');
    this.#open.add(expectation);
    return () => {
      this.#open.delete(expectation);
    };
  }

  /**
   * The C-MOVE that an instance belongs to: by its Move Originator where the sender gives one, else
   * by its UID. Undefined for what nobody asked for.
   */
  match(request: StoreRequest): Expectation | undefined {
    const { moveOriginatorAeTitle, moveOriginatorMessageId, sopInstanceUid } = request;
    const hasOriginator =
      moveOriginatorAeTitle !== undefined && moveOriginatorMessageId !== undefined;
    return [...this.#open].find((expectation) => {
      const uids = expectation.sopInstanceUids;
      if (!hasOriginator) return uids.has(sopInstanceUid);
      return (
        expectation.moveOriginatorAeTitle === moveOriginatorAeTitle &&
        expectation.messageId === moveOriginatorMessageId &&
        (uids.size === 0 || uids.has(sopInstanceUid))
      );
    });
  }
}
