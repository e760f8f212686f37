/** How a refused value becomes an error: gets the path of the field, never its value. */
export type RefuseField = (path: string) => Error;

/**
 * Reads a decoded JSON object field by field, closed: what is absent, of another type, outside its
 * bounds or not asked for is refused. Gives errors that name the path and never show the value.
 *
 * For durable formats and wire messages that small programs read without a schema library.
 */
export class JsonFields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #path: string;
  readonly #refuse: RefuseField;
  readonly #asked = new Set<string>();

  constructor(value: unknown, options: { readonly path: string; readonly refuse: RefuseField }) {
    this.#path = options.path;
    this.#refuse = options.refuse;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw options.refuse(options.path);
    this.#values = value as Readonly<Record<string, unknown>>;
  }

  /** Whether the field is there. */
  has(name: string): boolean {
    return Object.hasOwn(this.#values, name);
  }

  /** Whether the field is null; refused when absent. */
  isNull(name: string): boolean {
    return this.#get(name) === null;
  }

  /** Text that `pattern` matches; the pattern bounds its length. */
  text(name: string, pattern: RegExp): string {
    const value = this.#get(name);
    if (typeof value !== 'string' || !pattern.test(value)) throw this.#bad(name);
    return value;
  }

  /** As `text`, or undefined where the field is null. */
  nullableText(name: string, pattern: RegExp): string | undefined {
    return this.#get(name) === null ? undefined : this.text(name, pattern);
  }

  /** True or false. */
  flag(name: string): boolean {
    const value = this.#get(name);
    if (typeof value !== 'boolean') throw this.#bad(name);
    return value;
  }

  /** A whole number from `min` to `max`, both included. */
  integer(name: string, min: number, max: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.#get(name);
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw this.#bad(name);
    if (value < min || value > max) throw this.#bad(name);
    return value;
  }

  /** As `integer` from 0, or undefined where the field is null. */
  nullableInteger(name: string): number | undefined {
    return this.#get(name) === null ? undefined : this.integer(name, 0);
  }

  /** One of a closed set of texts. */
  choice<const Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const value = this.#get(name);
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) throw this.#bad(name);
    return choice;
  }

  /** An object field. */
  object(name: string): JsonFields {
    return new JsonFields(this.#get(name), {
      path: `${this.#path}.${name}`,
      refuse: this.#refuse,
    });
  }

  /** A list of objects, at most `maxCount`. */
  objects<T>(name: string, maxCount: number, read: (fields: JsonFields) => T): readonly T[] {
    return this.#list(name, maxCount).map((value, index) => {
      const path = `${this.#path}.${name}[${index}]`;
      const fields = new JsonFields(value, { path, refuse: this.#refuse });
      const item = read(fields);
      fields.end();
      return item;
    });
  }

  /** A list of texts that `pattern` matches, at most `maxCount`. */
  texts(name: string, maxCount: number, pattern: RegExp): readonly string[] {
    return this.#list(name, maxCount).map((value, index) => {
      if (typeof value !== 'string' || !pattern.test(value))
        throw this.#refuse(`${this.#path}.${name}[${index}]`);
      return value;
    });
  }

  /** Refuse fields that nobody asked for: a reader that ignores them would agree to what it did not see. */
  end(): void {
    for (const name of Object.keys(this.#values))
      if (!this.#asked.has(name)) throw this.#refuse(`${this.#path}: unknown field`);
  }

  #get(name: string): unknown {
    this.#asked.add(name);
    if (!Object.hasOwn(this.#values, name)) throw this.#bad(name);
    return this.#values[name];
  }

  #list(name: string, maxCount: number): readonly unknown[] {
    const value = this.#get(name);
    if (!Array.isArray(value) || value.length > maxCount) throw this.#bad(name);
    return value;
  }

  #bad(name: string): Error {
    return this.#refuse(`${this.#path}.${name}`);
  }
}
