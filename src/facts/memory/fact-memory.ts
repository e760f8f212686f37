import type { DataSet } from '../../dicom/index.ts';
import type { Steps } from '../../lib/streams/steps.ts';
import { type HeaderIndex, indexOf } from './header-index.ts';
import { areSame, HeaderView, isSeen, type Sight } from './header-view.ts';

interface Answer {
  readonly sight: Sight;
  readonly given: readonly unknown[];
  readonly value: unknown;
}

type Known<T> = Answer & { readonly value: T };

/**
 * What readers of facts said of the header before: a reader that would see the very same elements is
 * not asked again, and its answer is the same object. Of one series and one class, or it helps nothing.
 */
export class FactMemory {
  #answers = new Map<string, Answer>();
  #beside: readonly unknown[] = [];

  /**
   * What is asked of one header.
   *
   * @param beside what else readers depend on: where it is other than before, all are asked anew
   */
  open(header: DataSet, beside: readonly unknown[] = []): Questions {
    // What is still asked of another header has its answers to itself.
    if (!areSame(beside, this.#beside)) this.#answers = new Map();
    this.#beside = beside;
    return new Questions(header, this.#answers);
  }
}

/** Questions to a header, answered by what was said of the one before where that holds. */
export class Questions {
  readonly #header: DataSet;
  readonly #index: HeaderIndex;
  readonly #answers: Map<string, Answer>;

  constructor(header: DataSet, answers: Map<string, Answer>) {
    this.#header = header;
    this.#index = indexOf(header);
    this.#answers = answers;
  }

  /**
   * The answer of a reader, which must depend on nothing but the header, and what is given it.
   *
   * @param question names the reader
   */
  ask<T>(question: string, read: (header: DataSet) => T, given: readonly unknown[] = []): T {
    const known = this.#known<T>(question, given);
    if (known !== undefined) return known.value;
    const view = new HeaderView(this.#header, this.#index);
    const value = read(view);
    this.#keep(question, { view, given, value });
    return value;
  }

  /** The same of a reader that works in steps. */
  *askInSteps<T>(question: string, read: (header: DataSet) => Steps<T>): Steps<T> {
    const known = this.#known<T>(question, []);
    if (known !== undefined) return known.value;
    const view = new HeaderView(this.#header, this.#index);
    const value = yield* read(view);
    this.#keep(question, { view, given: [], value });
    return value;
  }

  #known<T>(question: string, given: readonly unknown[]): Known<T> | undefined {
    const known = this.#answers.get(question);
    if (known === undefined || !areSame(known.given, given)) return undefined;
    // The same question is of the same reader, and so of its type.
    return isSeen(known.sight, this.#header, this.#index) ? (known as Known<T>) : undefined;
  }

  #keep(
    question: string,
    { view, given, value }: Omit<Answer, 'sight'> & { view: HeaderView },
  ): void {
    const { sight } = view;
    if (sight === undefined) this.#answers.delete(question);
    else this.#answers.set(question, { sight, given, value });
  }
}
