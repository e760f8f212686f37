import { type Clock, sleep } from '../../lib/clock.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import {
  checkSegmentDigests,
  type PinnedKeys,
  type ProductionRecord,
  type VersionReceipt,
  verifyReceipt,
  verifyReceipts,
} from '../../seal/index.ts';
import type { MdmApi } from '../api/mdm-api.ts';
import { clientErrors } from '../errors.ts';
import { clientLimits } from '../limits.ts';

/** Verified proofs of a file. */
export interface FileProofs {
  readonly version: VersionReceipt;
  /** Of the replica that is staged; undefined when none is. */
  readonly production: ProductionRecord | undefined;
  readonly segmentDigests: Uint8Array;
}

/** How to fetch proofs. */
export interface ProofOptions {
  readonly pinned: PinnedKeys;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/**
 * Fetch and verify what the clinical side signed for a file, until it proves what was received. A
 * file that has just been produced is published a moment after its last byte was sent: until then
 * there is no receipt of it, or that of its last version.
 * @throws CLIENT_UNVERIFIED, SEAL_RECEIPT_*, CLIENT_*, and what the server says
 */
export async function proveFile(
  api: MdmApi,
  path: string,
  options: ProofOptions & { readonly agrees: (proofs: FileProofs) => 'yes' | 'no' | 'not yet' },
): Promise<FileProofs> {
  const { clock, agrees } = options;
  const startMs = clock.monotonicMs();
  for (let mismatches = 0; ; ) {
    const proofs = await fetchProofs(api, path, options);
    const verdict = proofs === undefined ? 'not yet' : agrees(proofs);
    if (proofs !== undefined && verdict === 'yes') return proofs;
    if (verdict === 'no') mismatches += 1;
    if (mismatches > clientLimits.mismatchesMax) throw clientErrors.create('CLIENT_UNVERIFIED');
    if (clock.monotonicMs() - startMs >= clientLimits.proofWaitMs) {
      throw clientErrors.create(verdict === 'no' ? 'CLIENT_UNVERIFIED' : 'CLIENT_CHANGED');
    }
    await sleep(clock, clientLimits.proofPauseMs, options);
  }
}

/** Without a key nothing can be verified. @throws CLIENT_PRODUCER_KEYS_MISSING */
export function assertPinned(pinned: PinnedKeys): void {
  if (pinned.size === 0) throw clientErrors.create('CLIENT_PRODUCER_KEYS_MISSING');
}

/** Undefined while the file has no receipt. @throws CLIENT_PRODUCER_KEYS_MISSING, SEAL_RECEIPT_* */
export async function fetchProofs(
  api: MdmApi,
  path: string,
  { pinned, signal }: ProofOptions,
): Promise<FileProofs | undefined> {
  assertPinned(pinned);
  try {
    const answer = await api.receipts(path, signal);
    const { version, production } = answer;
    const receipts =
      production === undefined
        ? { version: await verifyReceipt(version, pinned), production: undefined }
        : await verifyReceipts({ version, production }, pinned);
    const segmentDigests = Buffer.from(answer.segmentDigests, 'base64');
    checkSegmentDigests(segmentDigests, receipts.version);
    return { version: receipts.version, production: receipts.production, segmentDigests };
  } catch (error) {
    if (codeOf(error) === 'FILES_NOT_PRODUCED') return undefined;
    throw error;
  }
}
