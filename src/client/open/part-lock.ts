import { readlink, rm, symlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { clientErrors } from '../errors.ts';
import type { LocalPlace } from './local-place.ts';

/** Held while one process writes a part; two at once would mix their bytes. */
export interface PartLock {
  release(): Promise<void>;
}

/**
 * Take the lock of a part: a symbolic link that leads to the name of its holder, because a link is
 * made with what it says or not at all. One that a dead process of this machine left is taken over;
 * of another machine nobody here can say whether it lives.
 * @throws CLIENT_TARGET, and what the disk fails with
 */
export async function lockPart({ path, shown }: LocalPlace): Promise<PartLock> {
  for (let tries = 1; ; tries += 1) {
    try {
      await symlink(`${hostname()} ${process.pid}`, path);
      return { release: () => rm(path, { force: true }) };
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
      if (tries > 1 || !(await isLeft(path))) {
        const message = `${shown}: another transfer may be writing this file; else remove it`;
        throw clientErrors.create('CLIENT_TARGET', { message, cause });
      }
      await rm(path, { force: true });
    }
  }
}

async function isLeft(path: string): Promise<boolean> {
  const holder = await readlink(path).catch(() => '');
  const [host, pid] = holder.split(' ');
  if (host !== hostname() || !/^\d{1,9}$/.test(pid ?? '')) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
