import type { CatalogVersions } from '../catalog/catalog.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import type { Reservation, Storage } from '../storage/storage.ts';
import { recallLimits } from './limits.ts';

/**
 * Set space aside, deleting the least recently read replicas that nobody pinned until there is room.
 * The catalog forgets a replica before its bytes go, so a reader never finds a name without bytes.
 * @throws STORAGE_FULL when nothing more can be evicted
 */
export async function reserveSpace(options: {
  readonly storage: Storage;
  readonly versions: CatalogVersions;
  readonly bytes: number;
}): Promise<Reservation> {
  const { storage, versions, bytes } = options;
  for (;;) {
    try {
      return storage.reserve(bytes);
    } catch (error) {
      if (codeOf(error) !== 'STORAGE_FULL') throw error;
      const victims = await versions.evictable(recallLimits.evictionBatch);
      if (victims.length === 0) throw error;
      for (const victim of victims) {
        await versions.dropReplica(victim.id);
        await storage.delete(victim.id);
        if (fits(storage, bytes)) break;
      }
    }
  }
}

function fits(storage: Storage, bytes: number): boolean {
  try {
    storage.reserve(bytes).release();
    return true;
  } catch {
    return false;
  }
}
