import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { nodeErrors } from '../errors.ts';

/**
 * Make the folder of a service's data, and those above it, one by one: Node's own recursive form
 * tries for ever where a file system takes no folders, such as /proc.
 * @throws CONFIG_INVALID where it cannot be made, is no folder, or may not be written
 */
export function makeDataFolder(path: string): void {
  try {
    makeFolder(path);
    if (!statSync(path).isDirectory()) throw new Error('a file is there');
    accessSync(path, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'failed';
    const message = `data: ${path} cannot be made, or not be written (${why})`;
    throw nodeErrors.create('CONFIG_INVALID', { message, cause });
  }
}

function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}
