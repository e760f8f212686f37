/** A source text taken apart, every character at its old place. */
export interface MaskedText {
  /** Code alone: comments and the insides of strings, templates and regular expressions are blank. */
  readonly code: string;
  /** Comments alone. */
  readonly comments: string;
}

type Mode = 'code' | 'line' | 'block' | 'single' | 'double' | 'template' | 'regex';

const opened: Readonly<Record<string, Mode>> = {
  '//': 'line',
  '/*': 'block',
  "'": 'single',
  '"': 'double',
  '`': 'template',
};

/** Far enough to find what stands before a slash. */
const lookBehind = 200;
const beforeRegex =
  /(^|[(,=:[!&|?{};+\-*%<>~^]|\b(return|typeof|case|in|of|delete|void|throw|yield|await))$/;

/**
 * Blank out what is not code. A scanner of characters, not a parser: TypeScript 7 has no JavaScript
 * interface, and the rules need no more than this.
 */
export function maskSource(text: string): MaskedText {
  const scanner = new Scanner(text);
  scanner.run();
  return { code: scanner.code.join(''), comments: scanner.comments.join('') };
}

class Scanner {
  readonly code: string[] = [];
  readonly comments: string[] = [];
  readonly #text: string;
  #mode: Mode = 'code';
  #at = 0;
  /** Depth of braces at which each enclosing template continues. */
  readonly #templates: number[] = [];
  #depth = 0;
  #inClass = false;

  constructor(text: string) {
    this.#text = text;
  }

  run(): void {
    while (this.#at < this.#text.length) {
      if (this.#mode === 'code') this.#stepCode();
      else if (this.#mode === 'line' || this.#mode === 'block') this.#stepComment();
      else this.#stepLiteral();
    }
  }

  #stepCode(): void {
    const one = this.#text[this.#at] ?? '';
    const two = this.#text.slice(this.#at, this.#at + 2);
    const mode =
      opened[two] ?? opened[one] ?? (one === '/' && this.#startsRegex() ? 'regex' : undefined);
    if (mode !== undefined) {
      this.#mode = mode;
      const comment = mode === 'line' || mode === 'block';
      this.#emit(comment ? two : one, comment ? 'comments' : 'code');
      return;
    }
    if (one === '{') this.#depth += 1;
    if (one === '}') {
      if (this.#templates.at(-1) === this.#depth) {
        this.#templates.pop();
        this.#mode = 'template';
      }
      this.#depth -= 1;
    }
    // The brace that ends `${...}` belongs to the template, as the one that opened it.
    this.#emit(one, this.#mode === 'template' ? 'neither' : 'code');
  }

  #stepComment(): void {
    const one = this.#text[this.#at] ?? '';
    if (this.#mode === 'line' && one === '\n') {
      this.#mode = 'code';
      this.#emit(one, 'code');
    } else if (this.#mode === 'block' && this.#text.startsWith('*/', this.#at)) {
      this.#mode = 'code';
      this.#emit('*/', 'comments');
    } else this.#emit(one, 'comments');
  }

  #stepLiteral(): void {
    const one = this.#text[this.#at] ?? '';
    if (one === '\\') this.#emit(this.#text.slice(this.#at, this.#at + 2), 'neither');
    else if (this.#mode === 'template' && this.#text.startsWith('${', this.#at)) {
      this.#depth += 1;
      this.#templates.push(this.#depth);
      this.#mode = 'code';
      this.#emit('${', 'neither');
    } else if (this.#closes(one)) {
      this.#mode = 'code';
      this.#emit(one, 'code');
    } else this.#emit(one, 'neither');
  }

  #closes(one: string): boolean {
    if (this.#mode === 'single') return one === "'";
    if (this.#mode === 'double') return one === '"';
    if (this.#mode === 'template') return one === '`';
    if (one === '[') this.#inClass = true;
    if (one === ']') this.#inClass = false;
    return (one === '/' && !this.#inClass) || one === '\n';
  }

  /** A slash divides after a value; elsewhere it opens a regular expression. */
  #startsRegex(): boolean {
    const before = this.code.slice(-lookBehind).join('').trimEnd();
    return beforeRegex.test(before.slice(-12));
  }

  #emit(piece: string, kind: 'code' | 'comments' | 'neither'): void {
    const blank = piece.length === 1 && piece !== '\n' ? ' ' : piece.replaceAll(/[^\n]/g, ' ');
    this.code.push(kind === 'code' ? piece : blank);
    this.comments.push(kind === 'comments' ? piece : blank);
    this.#at += piece.length;
  }
}
