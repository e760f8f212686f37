import { type Clock, sleep } from '../../lib/clock.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import {
  type AskedFile,
  askedFileOf,
  checkAsked,
  checkSegmentProof,
  digestSize,
  type ProducerKeys,
  type ProductionStatement,
  sealErrors,
  type VersionStatement,
  verifyAlias,
  verifyProduction,
  verifyVersion,
} from '../../seal/index.ts';
import type { MdmApi } from '../api/mdm-api.ts';
import { clientErrors } from '../errors.ts';
import { clientLimits } from '../limits.ts';
import type { Memory } from '../memory/memory.ts';
import type { Recollection } from '../memory/recollection.ts';

/** Verified proofs of a file. */
export interface FileProofs {
  readonly version: VersionStatement;
  /** Of the replica that is staged; undefined when none is. */
  readonly production: ProductionStatement | undefined;
  /** How the version stands to what this client saw before. */
  readonly recollection: Recollection;
}

/** How to fetch proofs. */
export interface ProofOptions {
  readonly pinned: ProducerKeys;
  readonly memory: Memory;
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
export function assertPinned(pinned: ProducerKeys): void {
  if (pinned.size === 0) throw clientErrors.create('CLIENT_PRODUCER_KEYS_MISSING');
}

/**
 * What was signed of the file that is asked for, and of no other; nothing older than what this client
 * saw of it. Undefined while it has no receipt.
 * @throws CLIENT_PRODUCER_KEYS_MISSING, SEAL_RECEIPT_*, CLIENT_VERSION_*, CLIENT_IDENTITY_OLDER
 */
export async function fetchProofs(
  api: MdmApi,
  path: string,
  { pinned, memory, signal }: ProofOptions,
): Promise<FileProofs | undefined> {
  assertPinned(pinned);
  try {
    const answer = await api.receipts(path, signalOf(signal));
    const { version: receipt, production: made } = answer;
    const { version, production }: Omit<FileProofs, 'recollection'> =
      made === undefined
        ? { ...(await verifyVersion(receipt, pinned)), production: undefined }
        : await verifyProduction({ version: receipt, production: made }, pinned);
    const asked = await checkOfFile(path, { version, alias: answer.alias }, pinned);
    const recollection = memory.meet(asked, version);
    return { version, production, recollection };
  } catch (error) {
    if (codeOf(error) === 'FILES_NOT_PRODUCED') return undefined;
    throw error;
  }
}

/** Digests of some segments of a file, by index. */
export interface SegmentDigests {
  readonly first: number;
  /** 32 bytes each, at least one. */
  readonly digests: Uint8Array;
}

/**
 * Digests of the segments of a version from `first` on, proven without those of all others; fewer than
 * up to `end` where that are many.
 * @throws SEAL_RECEIPT_MISMATCH, CLIENT_PROTOCOL, and what the server says
 */
export async function fetchSegments(
  api: MdmApi,
  path: string,
  wanted: {
    readonly version: VersionStatement;
    readonly first: number;
    readonly end: number;
    readonly signal: AbortSignal;
  },
): Promise<SegmentDigests> {
  const { version, first, end, signal } = wanted;
  const segments = { first, end: Math.min(end, first + clientLimits.provenSegmentsMax) };
  const { segments: answer } = await api.receipts(path, { segments, signal });
  const digests = Buffer.from(answer?.digests ?? '', 'base64');
  const isAsked =
    answer?.first === first &&
    digests.length > 0 &&
    digests.length <= (segments.end - first) * digestSize &&
    answer.beside.length <= clientLimits.besideSegmentsMax;
  if (!isAsked) throw clientErrors.create('CLIENT_PROTOCOL', { message: 'not the segments' });
  const beside = answer.beside.map((node) => Buffer.from(node, 'base64'));
  checkSegmentProof({ first, digests, beside }, version);
  return { first, digests };
}

function signalOf(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

/** The file that was asked for. @throws SEAL_RECEIPT_OTHER_FILE, and as what verifies an alias */
async function checkOfFile(
  path: string,
  shown: { readonly version: VersionStatement; readonly alias: string | undefined },
  pinned: ProducerKeys,
): Promise<AskedFile> {
  const asked = askedFileOf(path);
  if (asked === undefined) throw sealErrors.create('SEAL_RECEIPT_OTHER_FILE');
  const alias = shown.alias === undefined ? undefined : await verifyAlias(shown.alias, pinned);
  checkAsked(asked, shown.version, alias);
  return asked;
}
