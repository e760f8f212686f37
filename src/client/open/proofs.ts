import { type Clock, sleep } from '../../lib/clock.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import {
  checkSegmentDigests,
  type PinnedKeys,
  type VerifiedReceipts,
  verifyReceipts,
} from '../../seal/index.ts';
import type { MdmApi } from '../api/mdm-api.ts';
import { clientErrors } from '../errors.ts';

/** Verified proofs of a file. */
export interface FileProofs extends VerifiedReceipts {
  readonly segmentDigests: Uint8Array;
}

const triesMax = 20;
const pauseMs = 100;

/**
 * Fetch and verify what the clinical side signed for a file. A file that has just been produced is
 * published a moment after its last byte was sent.
 * @throws SEAL_RECEIPT_*, CLIENT_*
 */
export async function fetchProofs(
  api: MdmApi,
  path: string,
  options: { readonly pinned: PinnedKeys; readonly clock: Clock; readonly signal?: AbortSignal },
): Promise<FileProofs> {
  for (let tries = 1; ; tries += 1) {
    try {
      const answer = await api.receipts(path);
      if (answer.production === undefined) throw clientErrors.create('CLIENT_CHANGED');
      const { version, production } = answer;
      const receipts = await verifyReceipts({ version, production }, options.pinned);
      const segmentDigests = Buffer.from(answer.segmentDigests, 'base64');
      checkSegmentDigests(segmentDigests, receipts.version);
      return { ...receipts, segmentDigests };
    } catch (error) {
      if (codeOf(error) !== 'FILES_NOT_PRODUCED' || tries === triesMax) throw error;
      await sleep(options.clock, pauseMs, options);
    }
  }
}
