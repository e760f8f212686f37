/**
 * The table that segments describe; undefined where they do not make exactly so many entries. Work
 * follows the entries: each segment makes one at least.
 *
 * @param words segments as they are written: of 8 or 16 bits, as entries are
 * @standard PS3.3 §C.7.9.2
 */
export function expandSegments(words: ArrayLike<number>, entries: number): Uint16Array | undefined {
  const table = new TableInWork(entries);
  const isWhole = takeSegments(words, { from: 0, count: Number.POSITIVE_INFINITY }, table, true);
  return isWhole && table.made === entries ? table.entries : undefined;
}

class TableInWork {
  readonly entries: Uint16Array;
  made = 0;

  constructor(entries: number) {
    this.entries = new Uint16Array(entries);
  }

  /** Whether there is room for so many more, and at least one is wanted. */
  has(length: number): boolean {
    return length >= 1 && this.made + length <= this.entries.length;
  }

  add(value: number): void {
    this.entries[this.made] = value;
    this.made += 1;
  }
}

/** Where segments begin, and how many there are. */
interface Run {
  readonly from: number;
  readonly count: number;
}

/** Whether segments could be read: all of `run`, or all that the table has room for. */
function takeSegments(
  words: ArrayLike<number>,
  run: Run,
  table: TableInWork,
  mayCopy: boolean,
): boolean {
  let at = run.from;
  for (let taken = 0; taken < run.count; taken += 1) {
    // A single byte behind the last segment makes the length even.
    if (table.made === table.entries.length) return mayCopy ? words.length - at <= 1 : false;
    const length = words[at + 1] ?? 0;
    switch (words[at]) {
      case discrete:
        if (!table.has(length) || at + 2 + length > words.length) return false;
        for (let index = 0; index < length; index += 1) table.add(words[at + 2 + index] ?? 0);
        at += 2 + length;
        break;
      case linear: {
        const end = words[at + 2];
        if (end === undefined || !table.has(length) || table.made === 0) return false;
        addLine(table, length, end);
        at += 3;
        break;
      }
      case indirect: {
        const copied = mayCopy ? copiedRun(words, at) : undefined;
        if (copied === undefined || !takeSegments(words, copied, table, false)) return false;
        at += 2 + offsetWords(words);
        break;
      }
      default:
        return false;
    }
  }
  return true;
}

const [discrete, linear, indirect] = [0, 1, 2] as const;

/** From the last entry to `end`, in so many steps. */
function addLine(table: TableInWork, length: number, end: number): void {
  const start = table.entries[table.made - 1] ?? 0;
  for (let step = 1; step <= length; step += 1) {
    table.add(Math.round(start + ((end - start) * step) / length));
  }
}

const isOfBytes = (words: ArrayLike<number>): boolean => words instanceof Uint8Array;

/** An offset has 32 bits. */
const offsetWords = (words: ArrayLike<number>): 2 | 4 => (isOfBytes(words) ? 4 : 2);

/** The segments that one copies: so many from a byte of the table on, itself never one of them. */
function copiedRun(words: ArrayLike<number>, at: number): Run | undefined {
  const bits = isOfBytes(words) ? 8 : 16;
  let bytes = 0;
  for (let index = 0; index < offsetWords(words); index += 1) {
    bytes += (words[at + 2 + index] ?? 0) * 2 ** (bits * index);
  }
  const from = bytes / (bits / 8);
  const count = words[at + 1] ?? 0;
  return Number.isInteger(from) && from < at && count >= 1 ? { from, count } : undefined;
}
