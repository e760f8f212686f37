import { clientErrors } from '../client/errors.ts';
import { clientLimits } from '../client/limits.ts';

/**
 * Paths of a list, one a line: as text, or as the JSON that `mdm --json ls` and `find` print. Empty
 * lines are none. @throws CLIENT_ARGUMENT for a line that is neither, or too long
 */
export async function* pathsOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of input) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield* pathOf(line);
    if (rest.length > clientLimits.stdinLineMax) throw unusable('a line is too long');
  }
  yield* pathOf(rest);
}

function* pathOf(line: string): Generator<string> {
  const text = line.replace(/\r$/, '');
  if (text.trim() === '') return;
  yield text.startsWith('{') ? jsonPathOf(text) : text;
}

function jsonPathOf(text: string): string {
  try {
    const { path } = JSON.parse(text) as { readonly path?: unknown };
    if (typeof path === 'string') return path;
  } catch {
    // Said below.
  }
  throw unusable(JSON.stringify(text.slice(0, 100)));
}

function unusable(what: string): Error {
  return clientErrors.create('CLIENT_ARGUMENT', { message: `list of paths: ${what}` });
}
