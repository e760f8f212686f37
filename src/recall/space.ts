import type { CatalogVersions, FileReplica } from '../catalog/catalog.ts';
import { codeOf, MdmError } from '../lib/errors/mdm-error.ts';
import type { Log } from '../lib/log.ts';
import type { Reservation, Storage } from '../storage/storage.ts';
import { recallLimits } from './limits.ts';

/**
 * Set space aside, deleting the least recently read replicas that nobody pinned until there is room.
 * The catalog forgets a replica before its bytes go, so a reader never finds a name without bytes.
 * Nothing is deleted for a wish that all of it could not fulfil.
 * @throws STORAGE_FULL when what can be evicted is not enough
 */
export async function reserveSpace(options: {
  readonly storage: Storage;
  readonly versions: CatalogVersions;
  readonly bytes: number;
  readonly log: Log;
}): Promise<Reservation> {
  const { storage, versions, bytes, log } = options;
  for (;;) {
    try {
      return await storage.reserve(bytes);
    } catch (error) {
      if (codeOf(error) !== 'STORAGE_FULL') throw error;
      const victims = await versions.evictable(recallLimits.evictionBatch);
      const isAll = victims.length < recallLimits.evictionBatch;
      if (victims.length === 0 || (isAll && sizeOf(victims) < missingOf(error))) throw error;
      for (const victim of victims) {
        await versions.dropReplica(victim.id);
        await storage.delete(victim.id).catch((cause: unknown) =>
          // A leftover that the next start removes; another may make the room.
          log.warn('recall.eviction_failed', { replica: victim.id, code: codeOf(cause) }),
        );
        if (await fits(storage, bytes)) break;
      }
    }
  }
}

function sizeOf(replicas: readonly FileReplica[]): number {
  return replicas.reduce((sum, { sealedSize }) => sum + sealedSize, 0);
}

/** What the store said would have to go; more than there is if it said nothing. */
function missingOf(error: unknown): number {
  const missing = error instanceof MdmError ? error.context['missing'] : undefined;
  return typeof missing === 'number' ? missing : Number.POSITIVE_INFINITY;
}

async function fits(storage: Storage, bytes: number): Promise<boolean> {
  try {
    (await storage.reserve(bytes)).release();
    return true;
  } catch {
    return false;
  }
}
