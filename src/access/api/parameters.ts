import { type MetadataCondition, withoutEmptySegments } from '../../files/index.ts';
import type { Right } from '../../policy/index.ts';
import { apiErrors } from './errors.ts';
import { apiLimits } from './limits.ts';

/** `Keyword=value`; `~` compares with `*` and `?`. */
const conditionPattern = /^([A-Za-z][A-Za-z0-9]{0,63})(!=|<=|>=|=|<|>|~)(.{1,256})$/;

const allRights: readonly Right[] = [
  'list',
  'read',
  'read-metadata',
  'write-metadata',
  'change-permissions',
  'delete',
];

/** A decimal number, as `Number` alone would not insist: it takes `0x10`, ` 1 ` and `` too. */
const numberPattern = /^-?(?:0|[1-9]\d{0,15})(?:\.\d{1,9})?$/;

/** The parameters of a call, read one by one. Each reader throws API_PARAMETER_INVALID. */
export class Parameters {
  readonly #values: ReadonlyMap<string, readonly unknown[]>;

  private constructor(values: ReadonlyMap<string, readonly unknown[]>) {
    this.#values = values;
  }

  static ofQuery(query: URLSearchParams): Parameters {
    const values = new Map<string, string[]>();
    for (const [name, value] of query) {
      const known = values.get(name);
      if (known === undefined) values.set(name, [value]);
      else known.push(value);
    }
    return new Parameters(values);
  }

  /** @throws API_PARAMETER_INVALID when it is not a JSON object */
  static ofJson(text: string): Parameters {
    const value = parseJson(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('body');
    const entries = Object.entries(value).map(([name, one]): [string, readonly unknown[]] => [
      name,
      Array.isArray(one) ? one : [one],
    ]);
    return new Parameters(new Map(entries));
  }

  text(name: string): string {
    const value = this.optionalText(name);
    if (value === undefined) throw invalid(name);
    return value;
  }

  /** A path of the tree, as every door takes it. */
  path(name: string): string {
    return withoutEmptySegments(this.text(name));
  }

  optionalText(name: string): string | undefined {
    const values = this.#values.get(name) ?? [];
    if (values.length === 0) return undefined;
    const [value] = values;
    if (values.length > 1 || typeof value !== 'string') throw invalid(name);
    return value;
  }

  /** At least one text. */
  texts(name: string): readonly string[] {
    const values = this.#values.get(name) ?? [];
    if (values.length === 0) throw invalid(name);
    return values.map((value) => {
      if (typeof value !== 'string') throw invalid(name);
      return value;
    });
  }

  count(name: string, preset: number): number {
    const number = this.optionalNumber(name) ?? preset;
    if (!Number.isSafeInteger(number) || number < 1) throw invalid(name);
    return number;
  }

  /** A number of a JSON body; the text of one in a query. */
  optionalNumber(name: string): number | undefined {
    const values = this.#values.get(name) ?? [];
    if (values.length === 0) return undefined;
    const [value] = values;
    const number = typeof value === 'string' && numberPattern.test(value) ? Number(value) : value;
    if (values.length > 1 || typeof number !== 'number' || !Number.isFinite(number)) {
      throw invalid(name);
    }
    return number;
  }

  /** Segments from `first` to before `end`, where they are named. */
  segments(): { readonly first: number; readonly end: number } | undefined {
    const first = this.optionalNumber('first');
    const end = this.optionalNumber('end');
    if (first === undefined && end === undefined) return undefined;
    if (first === undefined || !Number.isSafeInteger(first) || first < 0) throw invalid('first');
    if (end === undefined || !Number.isSafeInteger(end) || end <= first) throw invalid('end');
    return { first, end };
  }

  rights(name: string): readonly Right[] {
    const values = this.#values.get(name) ?? [];
    const rights = allRights.filter((right) => values.includes(right));
    if (rights.length !== values.length) throw invalid(name, `some of ${allRights.join(', ')}`);
    return rights;
  }

  conditions(name: string): readonly MetadataCondition[] {
    const values = this.#values.get(name) ?? [];
    if (values.length > apiLimits.conditionsMax) throw invalid(name);
    return values.map((value) => {
      const [, keyword, sign, text] = conditionPattern.exec(String(value)) ?? [];
      if (keyword === undefined || sign === undefined || text === undefined) {
        throw invalid(name, 'Keyword, one of = != < <= > >= ~, and a value');
      }
      const operator = sign === '~' ? 'like' : (sign as MetadataCondition['operator']);
      const number = Number(text);
      const isNumber = operator !== 'like' && text.trim() !== '' && Number.isFinite(number);
      return { keyword, operator, value: isNumber ? number : text };
    });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw invalid('body');
  }
}

function invalid(name: string, wanted?: string): Error {
  const message = wanted === undefined ? name : `${name} is ${wanted}`;
  return apiErrors.create('API_PARAMETER_INVALID', { message });
}
