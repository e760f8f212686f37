import type { FileNode } from '../catalog/catalog.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import type { Log } from '../lib/log.ts';
import {
  askedFileOf,
  checkAsked,
  type ProducerKeys,
  type StatedFile,
  sealErrors,
  type VerifiedProduction,
  verifyProduction,
} from '../seal/index.ts';
import { filesErrors } from './errors.ts';
import { filesLimits } from './limits.ts';

/** A file that has a version and a replica. */
export type StagedFileNode = FileNode & {
  readonly version: NonNullable<FileNode['version']>;
  readonly replica: NonNullable<FileNode['replica']>;
};

/**
 * What of the catalog's rows is true of the file that was asked for: only what the producer stated of
 * it. Whoever can write to the catalog can lay another file's rows there.
 */
export interface Proofs {
  /** What was stated of a staged file. @throws FILES_PROOF_INVALID */
  ofStaged(path: string, file: StagedFileNode): Promise<VerifiedProduction>;
  /** What is being made is the file asked for. @throws FILES_PROOF_INVALID */
  checkGrowing(path: string, of: StatedFile & { readonly version: number }): void;
}

/** @param options `producers`: keys of the clinical side */
export function createProofs({
  producers,
  log,
}: {
  readonly producers: ProducerKeys;
  readonly log: Log;
}): Proofs {
  /** Of the last files that were read, by the texts of their receipts. */
  const verified = new Map<string, VerifiedProduction>();
  const verify = async (version: string, production: string): Promise<VerifiedProduction> => {
    const key = `${version}\n${production}`;
    const found = verified.get(key) ?? (await verifyProduction({ version, production }, producers));
    verified.delete(key);
    verified.set(key, found);
    const [oldest = key] = verified.keys();
    if (verified.size > filesLimits.provenFilesMax) verified.delete(oldest);
    return found;
  };
  const refused = (cause: unknown): Error => {
    log.error('files.proof_invalid', { code: codeOf(cause) });
    return filesErrors.create('FILES_PROOF_INVALID', { cause });
  };
  return {
    async ofStaged(path, { version, replica }) {
      try {
        const proven = await verify(version.receipt, replica.production);
        check(path, proven.version);
        const isReplica = proven.production.productionId === replica.id;
        if (!isReplica) throw sealErrors.create('SEAL_RECEIPT_MISMATCH');
        return proven;
      } catch (cause) {
        throw refused(cause);
      }
    },
    checkGrowing(path, of) {
      try {
        // That there is one stack is found out before the end.
        check(path, { ...of, stacks: 1 });
      } catch (cause) {
        throw refused(cause);
      }
    },
  };
}

function check(path: string, stated: Parameters<typeof checkAsked>[1]): void {
  const asked = askedFileOf(path);
  if (asked === undefined) throw sealErrors.create('SEAL_RECEIPT_OTHER_FILE');
  checkAsked(asked, stated);
}
