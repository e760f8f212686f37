import type { StoreRequest } from '../../dimse/index.ts';
import { assert } from '../../lib/assert.ts';
import type { Expectation } from './receiver.ts';
import { canBe } from './sender.ts';

/** For which C-MOVE an instance has come, or why for none. */
export type Match =
  | { readonly kind: 'expected'; readonly expectation: Expectation }
  | { readonly kind: 'unexpected'; readonly why: 'nobody asked' | 'another C-MOVE' }
  /** It fits but for the Move Originator, which this PACS is not known to leave out. */
  | { readonly kind: 'unnamed'; readonly expectation: Expectation };

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

  /** The C-MOVEs under way that a caller can be the PACS of. */
  of(caller: Parameters<typeof canBe>[1]): readonly Expectation[] {
    return [...this.#open].filter(({ sender }) => canBe(sender, caller));
  }

  /**
   * The C-MOVE that an instance belongs to: one of the PACS that sends it, for this instance, by
   * its Move Originator.
   * @standard PS3.7 §9.3.1.1, Table 9.3-1
   */
  match(request: StoreRequest): Match {
    const { sopInstanceUid } = request;
    const fitting = this.of(request).filter(
      ({ sopInstanceUids }) => sopInstanceUids.size === 0 || sopInstanceUids.has(sopInstanceUid),
    );
    const [first] = fitting;
    if (first === undefined) return { kind: 'unexpected', why: 'nobody asked' };
    if (!namesOriginator(request)) {
      const unnamed = fitting.find(({ mayOmitOriginator }) => mayOmitOriginator);
      return unnamed === undefined
        ? { kind: 'unnamed', expectation: first }
        : { kind: 'expected', expectation: unnamed };
    }
    const expectation = fitting.find((each) => isOriginator(each, request));
    return expectation === undefined
      ? { kind: 'unexpected', why: 'another C-MOVE' }
      : { kind: 'expected', expectation };
  }
}

function namesOriginator(request: StoreRequest): boolean {
  return (
    request.moveOriginatorAeTitle !== undefined || request.moveOriginatorMessageId !== undefined
  );
}

function isOriginator(expectation: Expectation, request: StoreRequest): boolean {
  return (
    expectation.moveOriginatorAeTitle === request.moveOriginatorAeTitle &&
    expectation.messageId === request.moveOriginatorMessageId
  );
}
