import { join } from 'node:path';
import { KeptMemory, type Memory, noMemory } from '../client/memory/memory.ts';
import { openMemoryFile } from '../client/memory/memory-file.ts';
import { systemClock } from '../lib/clock.ts';

/**
 * What commands with this state folder remember, in `memory.db`; nothing where that is not wanted.
 * Touches the disk when the first file is verified.
 */
export function clientMemory(state: string, { isWanted }: { readonly isWanted: boolean }): Memory {
  if (!isWanted) return noMemory();
  return new KeptMemory({
    open: () => openMemoryFile(join(state, 'memory.db')),
    clock: systemClock,
  });
}
