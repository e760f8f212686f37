import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A value that a module of the project exports. */
export interface ExportedValue {
  /** Path of the module relative to the project. */
  readonly module: string;
  readonly value: unknown;
}

/** What every `src/**\/<fileName>` exports, modules by path. Imports them: no side effects there. */
export async function exportsOf(root: string, fileName: string): Promise<readonly ExportedValue[]> {
  const modules: string[] = [];
  for await (const module of glob(`src/**/${fileName}`, { cwd: root })) modules.push(module);
  const values: ExportedValue[] = [];
  for (const module of modules.toSorted()) {
    const exported: Readonly<Record<string, unknown>> = await import(
      pathToFileURL(join(root, module)).href
    );
    for (const name of Object.keys(exported).toSorted())
      values.push({ module, value: exported[name] });
  }
  return values;
}
