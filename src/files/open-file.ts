import type { Catalog, FileNode, FileReplica } from '../catalog/catalog.ts';
import { readSealed, type Sealed } from '../flow/index.ts';
import type { Principal } from '../identity/principal.ts';
import type { Clock } from '../lib/clock.ts';
import type { MdmError } from '../lib/errors/mdm-error.ts';
import { type RecallFailure, recallErrors } from '../recall/errors.ts';
import type { FollowedReplica, RecallPort, RecallTicket } from '../recall/port.ts';
import { recallFailureOf } from '../recall/translate.ts';
import { sealedSizeOf } from '../seal/index.ts';
import type { Storage } from '../storage/storage.ts';
import type { Proofs, StagedFileNode } from './proofs.ts';
import type { Span } from './range.ts';
import type { ReplicaSource } from './replica-reader.ts';

/** A file's bytes, at hand or arriving. */
export interface OpenedReplica {
  /** The file as the catalog has it now; without version while a first production grows. */
  readonly file: FileNode;
  /** The complete replica that is read; undefined while it grows. */
  readonly replica: FileReplica | undefined;
  /** What is followed; undefined when it is complete. */
  readonly growing: FollowedReplica | undefined;
  /** What its recall ends in, whatever becomes of what is followed. @throws RECALL_* */
  settled(signal: AbortSignal): Promise<FileNode>;
  /** Whether it was waited for: what was decided before may no longer hold. */
  readonly isRecalled: boolean;
  readonly source: ReplicaSource;
  /** Size of each form. */
  readonly plaintextSize: number;
  readonly sealedSize: number;
  /** The reader is done or gone. */
  release(): void;
}

/** What opening works with. */
export interface OpenContext {
  readonly catalog: Catalog;
  readonly recall: RecallPort;
  readonly storage: Storage;
  readonly proofs: Proofs;
  readonly clock: Clock;
}

/** A file as its reader asked for it. */
interface AskedNode {
  readonly path: string;
  readonly file: FileNode;
}

/**
 * The replica of a file: the one staged, else the one that a recall makes, as soon as it may be
 * read or until `signal` says that nobody waits any more.
 * @throws RECALL_*, FILES_PROOF_INVALID
 */
export async function openReplica(
  context: OpenContext,
  { path, file }: AskedNode,
  reader: { readonly caller: Principal; readonly signal: AbortSignal },
): Promise<OpenedReplica> {
  const { caller, signal } = reader;
  const refusal = refusalOf(file);
  if (refusal !== undefined) throw refusal;
  const staged = await stagedReplica(context, { path, file });
  if (staged !== undefined) return staged;
  const ticket = await context.recall.request(file, {
    priority: 'interactive',
    caller: caller.subject,
  });
  try {
    return await awaitReplica(context, { path, file, ticket }, signal);
  } catch (error) {
    ticket.detach();
    throw error;
  }
}

/** Why a file that exists cannot be read, now or ever. */
export function refusalOf(file: FileNode): MdmError | undefined {
  if (file.state === 'withdrawn') return recallErrors.create('RECALL_WITHDRAWN');
  if (file.state === 'conflict') return recallErrors.create('RECALL_QUARANTINED');
  if (file.refusal === undefined) return undefined;
  const failure: RecallFailure = recallFailureOf(file.refusal);
  return recallErrors.create(failure, { context: { reason: file.refusal } });
}

/** The complete replica of a published file. @throws FILES_PROOF_INVALID */
async function stagedReplica(
  context: OpenContext,
  { path, file }: AskedNode,
): Promise<OpenedReplica | undefined> {
  if (!isStaged(file)) return undefined;
  const { version, production } = await context.proofs.ofStaged(path, file);
  const { plaintextSize, keyId, recipientPublicKey } = version;
  const { headerDigest, sealedSize, sealedSha256 } = production;
  const id = file.replica.id;
  return {
    file,
    replica: file.replica,
    growing: undefined,
    settled: () => Promise.resolve(file),
    isRecalled: false,
    plaintextSize,
    sealedSize,
    source: {
      path,
      key: { keyId, recipientPublicKey: Buffer.from(recipientPublicKey, 'base64url') },
      plaintextSize,
      headerDigest,
      sealedSha256,
      sealedBytes: (span, call) => context.storage.open(id, span, call),
    },
    release() {},
  };
}

function isStaged(file: FileNode): file is StagedFileNode {
  return file.version !== undefined && file.replica !== undefined;
}

async function awaitReplica(
  context: OpenContext,
  { path, file, ticket }: AskedNode & { readonly ticket: RecallTicket },
  signal: AbortSignal,
): Promise<OpenedReplica> {
  const settled = ticket.settled({ signal });
  const growing = ticket.following({ signal }).then<OpenedReplica | FileNode, FileNode>(
    (replica) => {
      context.proofs.checkGrowing(path, replica.of);
      return growingReplica({ path, file, ticket, replica }) ?? settled;
    },
    () => settled,
  );
  const first = await Promise.race<OpenedReplica | FileNode>([settled, growing]);
  if (!('kind' in first)) return first;
  const staged = await stagedReplica(context, { path, file: first });
  if (staged === undefined) throw recallErrors.create('RECALL_FAILED');
  return { ...staged, isRecalled: true, release: () => ticket.detach() };
}

/** A growing replica may be read once its size is known, so that an early end shows. */
function growingReplica(options: {
  readonly path: string;
  readonly file: FileNode;
  readonly ticket: RecallTicket;
  readonly replica: FollowedReplica;
}): OpenedReplica | undefined {
  const { path, file, ticket, replica } = options;
  const { plaintextSize } = replica;
  if (plaintextSize === undefined) return undefined;
  return {
    file,
    replica: undefined,
    growing: replica,
    settled: (signal) => ticket.settled({ signal }),
    isRecalled: true,
    plaintextSize,
    sealedSize: sealedSizeOf(plaintextSize),
    source: {
      path,
      key: replica.key,
      plaintextSize,
      headerDigest: undefined,
      sealedSha256: undefined,
      sealedBytes: (span, call) => untilPublished({ ticket, replica, plaintextSize }, span, call),
    },
    release: () => ticket.detach(),
  };
}

/**
 * The sealed bytes of a growing replica; the last of them once the file is published. So what ended
 * cleanly is in the catalog, with receipts, and a failure at the very end still breaks readers off.
 */
async function* untilPublished(
  growing: {
    readonly ticket: RecallTicket;
    readonly replica: FollowedReplica;
    readonly plaintextSize: number;
  },
  span: Span,
  call: { readonly signal?: AbortSignal },
): AsyncGenerator<Sealed<Uint8Array>, void, void> {
  const end = sealedSizeOf(growing.plaintextSize);
  let offset = span.offset;
  for await (const box of growing.replica.sealedBytes(span.offset, call)) {
    offset += readSealed(box).length;
    if (offset >= end) await growing.ticket.settled(call);
    yield box;
  }
}
