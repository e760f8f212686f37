import { closeSync, openSync } from 'node:fs';

/**
 * For `test(name, { skip: requireFuse() }, ...)` of what mounts: false where this process may open the device
 * of FUSE. A machine without it, as containers are, is no fault of an installation: said, also with
 * CI=true, and passed over.
 */
export function requireFuse(): string | false {
  try {
    closeSync(openSync('/dev/fuse', 'r+'));
    if (process.getuid?.() === 0) return false;
  } catch {
    // Said below.
  }
  const reason = 'absent: /dev/fuse for this user (mounts need root here)';
  process.stderr.write(`SKIPPED, ${reason}\n`);
  return reason;
}
