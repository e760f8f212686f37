/** A function with a body in braces. */
export interface FoundFunction {
  /** Its own name; for a nameless one the call or binding it stands in; else `?`. */
  readonly name: string;
  /** Line of its opening brace, from 1. */
  readonly line: number;
  /** Lines from opening to closing brace, without those inside functions nested in it. */
  readonly ownLines: number;
}

/**
 * Find functions in masked code by their braces: a body follows `=>`, or `)` with at most a return
 * type between. Statements like `if (...) {` and class or object braces are told apart.
 */
export function findFunctions(code: string): readonly FoundFunction[] {
  const open: { readonly name: string | undefined; readonly line: number; inner: number }[] = [];
  const found: FoundFunction[] = [];
  let line = 1;
  for (let at = 0; at < code.length; at += 1) {
    const one = code[at];
    if (one === '\n') line += 1;
    if (one === '{') open.push({ name: nameOfBody(code, at), line, inner: 0 });
    if (one !== '}') continue;
    const body = open.pop();
    if (body === undefined) continue;
    const between = Math.max(0, line - body.line - 1);
    const outer = open.at(-1);
    if (outer !== undefined) outer.inner += body.name === undefined ? body.inner : between;
    if (body.name !== undefined)
      found.push({ name: body.name, line: body.line, ownLines: between + 2 - body.inner });
  }
  return found;
}

const headLength = 2000;
const arrowHead =
  /(?:\b(?<binding>[\w#]+)\s*(?:[:=][^=>]*)?=\s*|\b(?<call>\w+)\((?:[^()]*,)?\s*)?(?:async\s*)?$/;
const namedHead = /(?:\bfunction\b\s*\*?\s*|[\s.#*]|^)(?<name>[\w$]+)\s*(?:<[^();{}]*>)?\s*$/;
const statements = new Set(['if', 'for', 'while', 'switch', 'catch', 'with']);

/** Name of the function whose body the brace at `at` opens; undefined if it opens something else. */
function nameOfBody(code: string, at: number): string | undefined {
  const head = code.slice(Math.max(0, at - headLength), at).trimEnd();
  if (head.endsWith('=>')) return arrowName(head.slice(0, -2).trimEnd());
  const close = head.endsWith(')') ? head.length - 1 : endOfParameters(head);
  if (close === undefined) return undefined;
  const before = head.slice(0, matchingOpen(head, close));
  const name = namedHead.exec(before)?.groups?.['name'];
  if (name === undefined || statements.has(name) || name === 'await') return undefined;
  return name === 'function' ? '?' : name;
}

function arrowName(head: string): string {
  const close = head.endsWith(')') ? head.length - 1 : endOfParameters(head);
  const before =
    close === undefined ? head.replace(/[\w$]+$/, '') : head.slice(0, matchingOpen(head, close));
  const groups = arrowHead.exec(before)?.groups;
  return groups?.['binding'] ?? groups?.['call'] ?? '?';
}

const keywords =
  /\b(class|interface|const|function|if|else|try|finally|do|return|export|import|static)\b/;

/** Where the parameter list ends if `head` ends with `): <return type>`. */
function endOfParameters(head: string): number | undefined {
  let depth = 0;
  for (let at = head.length - 1; at >= 0; at -= 1) {
    const one = head[at] ?? '';
    if (')]}'.includes(one) || (one === '>' && head[at - 1] !== '=')) depth += 1;
    else if ('([{<'.includes(one)) depth -= 1;
    if (depth < 0) return undefined;
    if (depth > 0) continue;
    if (one === ':') {
      const before = head.slice(0, at).trimEnd();
      const isType = before.endsWith(')') && !keywords.test(head.slice(at + 1));
      return isType ? before.length - 1 : undefined;
    }
    if (';,?'.includes(one) || (one === '=' && head[at + 1] !== '>')) return undefined;
  }
  return undefined;
}

/** Offset of the bracket that the closing one at `close` closes. */
function matchingOpen(text: string, close: number): number {
  let depth = 0;
  for (let at = close; at >= 0; at -= 1) {
    if (text[at] === ')') depth += 1;
    if (text[at] === '(') depth -= 1;
    if (depth === 0) return at;
  }
  return 0;
}
