import { createHash } from 'node:crypto';
import type { FileReplica } from '../catalog/catalog.ts';
import { readSealed } from '../flow/index.ts';
import { afterDamage, type DamageContext } from './damage.ts';
import { filesErrors } from './errors.ts';

/** Looks a sealed replica over in the background. */
export type Scrub = (replica: FileReplica) => void;

/**
 * Sealed bytes are opened by their reader, who leaves at the first segment that does not open and
 * tells nobody. So a replica whose reader left early is read through once, and dropped if it is not
 * what was produced: the reader's next try gets a new one. One at a time; more are passed over.
 */
export function createScrub(context: DamageContext): Scrub {
  let isBusy = false;
  return (replica) => {
    if (isBusy) return;
    isBusy = true;
    void scrub(context, replica).finally(() => {
      isBusy = false;
    });
  };
}

async function scrub(context: DamageContext, replica: FileReplica): Promise<void> {
  try {
    const digest = createHash('sha256');
    const whole = { offset: 0, length: replica.sealedSize };
    for await (const box of context.storage.open(replica.id, whole, {})) {
      digest.update(readSealed(box));
    }
    if (digest.digest('hex') !== replica.sealedSha256) {
      throw filesErrors.create('FILES_REPLICA_CORRUPT');
    }
  } catch (error) {
    await afterDamage(context, replica.id, error).catch(() => undefined);
  }
}
