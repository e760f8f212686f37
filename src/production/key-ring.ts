import { present } from '../lib/assert.ts';
import { toHex } from '../lib/bytes/bytes.ts';
import { newRecipientKeyPair, type StatedFile, wipe } from '../seal/index.ts';
import type { NewKey, ProductionPorts } from './create-production.ts';
import { stemOf } from './file-name.ts';
import { productionLimits } from './limits.ts';
import type { ProductionJob } from './production.ts';

/** What a new version of a file would be. */
export interface NextVersion {
  readonly of: StatedFile;
  readonly number: number;
}

/** A key of a version whose shares are durable; its private half is nowhere any more. */
export interface TargetKey {
  readonly keyId: string;
  readonly recipientPublicKey: Uint8Array;
}

/** Keys of versions have no other generation yet. */
export const generation = 1;

/**
 * The keys of the files that a pass makes: made by the batch, those of all names that are known when
 * it begins while the archive is still being asked, and those of stacks when they are known.
 */
export class KeyRing {
  readonly #ports: ProductionPorts;
  readonly #job: ProductionJob;
  readonly #keys = new Map<string, Promise<ReadonlyMap<string, TargetKey>>>();

  constructor(ports: ProductionPorts, job: ProductionJob) {
    this.#ports = ports;
    this.#job = job;
  }

  /** Begin to make the keys of files with these names; those begun before are left as they are. */
  make(names: readonly string[]): void {
    const missing = names.filter((name) => !this.#keys.has(name));
    for (let at = 0; at < missing.length; at += productionLimits.keysPerBatchMax) {
      const batch = missing.slice(at, at + productionLimits.keysPerBatchMax);
      const made = this.#deposit(batch);
      // Met by who takes one of them; until then it must not count as unhandled.
      made.catch(() => undefined);
      for (const name of batch) this.#keys.set(name, made);
    }
  }

  /** The key of a file, once its shares are durable. @throws KEYS_* */
  async take(name: string): Promise<TargetKey> {
    this.make([name]);
    const made = await present(this.#keys.get(name), 'begun');
    return present(made.get(name), 'one of each name');
  }

  /** Nothing is under way any more. Never throws. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#keys.values());
  }

  /** What the next version of a file would be. */
  async next(name: string): Promise<NextVersion> {
    const minted = await this.#job.files.minted([name]);
    return this.#nextOf(name, present(minted.get(name), 'what is asked for is minted'));
  }

  async #deposit(names: readonly string[]): Promise<ReadonlyMap<string, TargetKey>> {
    const { deposits } = this.#ports;
    const minted = await this.#job.files.minted(names);
    const keys = names.map((name) => {
      const next = this.#nextOf(name, present(minted.get(name), 'what is asked for is minted'));
      return this.#newKey(name, next);
    });
    this.#job.onKeys(keys.map(({ keyId }) => keyId));
    try {
      await deposits.deposit(keys);
    } finally {
      for (const { privateKey } of keys) wipe(privateKey);
    }
    return new Map(
      keys.map(({ keyId, recipientPublicKey }, index) => [
        names[index] ?? '',
        { keyId, recipientPublicKey },
      ]),
    );
  }

  #nextOf(
    name: string,
    { guid, version }: { readonly guid: string; readonly version: number },
  ): NextVersion {
    const { site, collection, subjectName, studyName, seriesName, stateNumber } = this.#job;
    const canonical = `${subjectName}/${studyName}/${seriesName}/${name}`;
    return { of: { site, collection, name: canonical, guid, stateNumber }, number: version + 1 };
  }

  #newKey(name: string, { of, number }: NextVersion): NewKey {
    const { collection, subjectName, studyName, seriesName, policyId } = this.#job;
    const { random } = this.#ports;
    const { publicKey, privateKey } = newRecipientKeyPair(random);
    return {
      keyId: toHex(random.bytes(16)),
      guid: of.guid,
      version: number,
      generation,
      of: {
        collection,
        subject: subjectName,
        study: studyName,
        series: seriesName,
        stem: stemOf(name),
      },
      policyId,
      recipientPublicKey: publicKey,
      privateKey,
    };
  }
}
