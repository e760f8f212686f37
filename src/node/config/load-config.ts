import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import type { ZodType, z } from 'zod';
import { nodeErrors } from '../errors.ts';
import { checkUnchangeable } from '../secrets/private-file.ts';

/** A configuration with the folder that its relative paths start from. */
export interface LoadedConfig<T> {
  readonly config: T;
  /** Absolute path of a file or folder that the configuration names. */
  readonly path: (relative: string) => string;
}

/**
 * Read a YAML configuration and check it against its schema.
 * @throws CONFIG_UNREADABLE, CONFIG_SECRET_EXPOSED; CONFIG_INVALID with `path (line n): what is wrong` for each fault
 */
export function loadConfig<Schema extends ZodType>(
  file: string,
  schema: Schema,
): LoadedConfig<z.output<Schema>> {
  checkUnchangeable(file);
  const lines = new LineCounter();
  const document = parseDocument(readText(file), { lineCounter: lines });
  const [fault] = document.errors;
  if (fault !== undefined) {
    const { line } = lines.linePos(fault.pos[0]);
    throw nodeErrors.create('CONFIG_INVALID', { message: `${file} (line ${line}): not YAML` });
  }
  const outcome = schema.safeParse(document.toJS());
  if (!outcome.success) {
    const faults = outcome.error.issues.flatMap(faultsIn).map(({ path, message }) => {
      const line = lineOf(path);
      return `${path.join('.')}${line === undefined ? '' : ` (line ${line})`}: ${message}`;
    });
    throw nodeErrors.create('CONFIG_INVALID', { message: `${file}: ${faults.join('; ')}` });
  }
  const base = dirname(resolve(file));
  return { config: outcome.data, path: (relative) => resolve(base, relative) };

  /** Line of a setting, or of the nearest one around it. */
  function lineOf(path: readonly PropertyKey[]): number | undefined {
    for (let depth = path.length; depth > 0; depth -= 1) {
      const node: unknown = document.getIn(path.slice(0, depth), true);
      const range = (node as { range?: readonly number[] } | undefined)?.range;
      if (range?.[0] !== undefined) return lines.linePos(range[0]).line;
    }
    return undefined;
  }
}

/** A setting that nobody knows is a fault of its own, with its line, and not one of what is around it. */
function faultsIn(issue: z.core.$ZodIssue): readonly Pick<z.core.$ZodIssue, 'path' | 'message'>[] {
  if (issue.code !== 'unrecognized_keys') return [issue];
  return issue.keys.map((key) => ({ path: [...issue.path, key], message: 'no such setting' }));
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw nodeErrors.create('CONFIG_UNREADABLE', { message: file, cause });
  }
}
