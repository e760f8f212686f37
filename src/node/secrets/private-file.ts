import { closeSync, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { nodeErrors } from '../errors.ts';

const othersMayUse = 0o077;
const othersMayChange = 0o022;
const anybodyMayChange = 0o002;
/** In such a folder only its owner renames or removes a file. */
const sticky = 0o1000;
const root = 0;

/**
 * Read a secret that only this service's user, or root, may read and change, also by way of the
 * folder that it lies in.
 * @throws CONFIG_SECRET_EXPOSED, CONFIG_UNREADABLE
 */
export function readPrivateFile(path: string): Buffer {
  const file = open(path);
  try {
    const stats = fstatSync(file);
    checkMode(path, stats, othersMayUse);
    const folder = dirname(path);
    const around = statSync(folder);
    if ((around.mode & sticky) === 0) checkMode(folder, around, othersMayChange);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw nodeErrors.create('CONFIG_UNREADABLE', { message: path, cause });
  }
}

function checkMode(
  path: string,
  stats: { readonly mode: number; readonly uid: number },
  forbidden: number,
): void {
  const owners = [root, process.getuid?.() ?? stats.uid];
  const mode = (stats.mode & 0o777).toString(8).padStart(4, '0');
  if ((stats.mode & forbidden) !== 0)
    throw nodeErrors.create('CONFIG_SECRET_EXPOSED', { message: `${path} (mode ${mode})` });
  if (!owners.includes(stats.uid))
    throw nodeErrors.create('CONFIG_SECRET_EXPOSED', { message: `${path} (user ${stats.uid})` });
}

/**
 * Refuse a file or folder that says whom to trust, or what to do, if anybody may change it.
 * @throws CONFIG_SECRET_EXPOSED, CONFIG_UNREADABLE
 */
export function checkUnchangeable(path: string): void {
  const file = open(path);
  try {
    const { mode } = fstatSync(file);
    if ((mode & sticky) === 0) checkMode(path, { mode, uid: root }, anybodyMayChange);
  } finally {
    closeSync(file);
  }
}
