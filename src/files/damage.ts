import type { Catalog } from '../catalog/catalog.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import type { Log } from '../lib/log.ts';
import type { ReplicaId, Storage } from '../storage/storage.ts';
import { filesErrors } from './errors.ts';

/** Codes that say: these stored bytes are not what was produced, or they are gone. */
const damageCodes: ReadonlySet<string> = new Set([
  'FILES_REPLICA_CORRUPT',
  'STORAGE_NOT_FOUND',
  'STORAGE_DAMAGED',
  'STORAGE_RANGE_INVALID',
  'SEAL_HEADER_INVALID',
  'SEAL_HEADER_UNSUPPORTED',
  'SEAL_SEGMENT_FORGED',
  'SEAL_SEGMENT_MISPLACED',
  'SEAL_SEGMENT_MISMATCH',
  'SEAL_TRUNCATED',
  'SEAL_TRAILING_BYTES',
]);

/** What dropping a replica works with. */
export interface DamageContext {
  readonly catalog: Catalog;
  readonly storage: Storage;
  readonly log: Log;
}

/**
 * The failure of a read of a staged replica. A damaged replica is dropped first, so that the next
 * read recalls the file: what an archive still holds is not lost with its copy.
 */
export async function afterDamage(
  context: DamageContext,
  replica: ReplicaId | undefined,
  error: unknown,
): Promise<unknown> {
  const code = codeOf(error) ?? '';
  if (replica === undefined || !damageCodes.has(code)) return error;
  // Evicted between its look-up and its opening is no damage, and dropping it again changes nothing.
  if (code !== 'STORAGE_NOT_FOUND') context.log.error('files.replica_damaged', { replica, code });
  await context.catalog.versions.dropReplica(replica);
  await context.storage.delete(replica).catch(() => {
    context.log.warn('files.replica_not_deleted', { replica });
  });
  return filesErrors.create('FILES_REPLICA_CORRUPT', { cause: error });
}
