import type { CatalogVersions } from '../../catalog/catalog.ts';
import type { Log } from '../../lib/log.ts';
import type { Storage } from '../../storage/storage.ts';

/** Delete committed replicas that no version names: a crash came between commit and publication. */
export async function removeStrayReplicas(options: {
  readonly storage: Storage;
  readonly versions: CatalogVersions;
  readonly log: Log;
}): Promise<void> {
  const { storage, versions, log } = options;
  let removed = 0;
  for await (const { id } of storage.list()) {
    if (await versions.knowsReplica(id)) continue;
    await storage.delete(id);
    removed += 1;
  }
  if (removed > 0) log.warn('storage.strays_removed', { removed });
}
