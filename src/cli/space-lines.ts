import type { FullStatusAnswer } from '../client/api/answers.ts';
import { formatBytes } from './format.ts';

/** How much room a store has, and a warning where that is less than its limit promises. */
export function spaceLines(storage: FullStatusAnswer['storage']): readonly string[] {
  const { usedBytes, limitBytes, disk } = storage;
  const used = `cache ${formatBytes(usedBytes)} of ${formatBytes(limitBytes)}`;
  if (disk === undefined) return [used];
  const { freeBytes, keptBytes } = disk;
  const free = `disk ${formatBytes(freeBytes)} free, ${formatBytes(keptBytes)} of it kept for databases and audit`;
  return [
    `${used}; ${free}`,
    ...warningsOf({ room: freeBytes - keptBytes, promised: limitBytes - usedBytes }),
  ];
}

function warningsOf({ room, promised }: { readonly room: number; readonly promised: number }) {
  if (room <= 0) {
    return [
      'warning: the disk is full: files that are not staged are refused (RECALL_STORAGE_FULL) until space is freed on it',
    ];
  }
  if (room >= promised) return [];
  return [
    `warning: the disk has room for ${formatBytes(room)}, the limit promises ${formatBytes(promised)}: free space, or lower storage.limit`,
  ];
}
