import { posix } from 'node:path';
import type { MaskedText } from './mask-source.ts';

/** One import, re-export or dynamic import of a source file. */
export interface SourceImport {
  /** As written: `./x.ts`, `node:fs`, `zod`. */
  readonly specifier: string;
  /** Path of the file in the project; undefined for packages and built-in modules. */
  readonly target: string | undefined;
  /** Erased at run time: `import type`. `import { type X }` is not: the module is still loaded. */
  readonly typeOnly: boolean;
  readonly line: number;
}

const patterns: readonly RegExp[] = [
  /\b(?:import|export)\b(?<clause>[^;'"()=]*?)\bfrom\s*['"]/g,
  /\bimport\s*['"]/g,
  /\bimport\s*\(\s*['"]/g,
];

/** All imports of a file, in no special order. */
export function scanImports(
  path: string,
  text: string,
  masked: MaskedText,
): readonly SourceImport[] {
  return patterns.flatMap((pattern) =>
    [...masked.code.matchAll(pattern)].map((match) => {
      const start = match.index + match[0].length;
      const specifier = text.slice(start, text.indexOf(text[start - 1] ?? "'", start));
      return {
        specifier,
        target: specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined,
        typeOnly: /^\s*type\b(?!\s*,|\s+from\b)/.test(match.groups?.['clause'] ?? ''),
        line: text.slice(0, match.index).split('\n').length,
      };
    }),
  );
}
