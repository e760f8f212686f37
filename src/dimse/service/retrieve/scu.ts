import { type DataSet, encodeDataSet } from '../../../dicom/index.ts';
import type { Association, IncomingResponse } from '../../association/association.ts';
import { priority, type RequestCommand, type SubOperationCounts } from '../../message/command.ts';
import { dimseStatus } from '../../message/status.ts';
import { contextFor } from '../context-for.ts';
import { type OnStore, storeHandler } from '../store/scp.ts';

/** What to retrieve. */
export interface RetrieveOptions {
  readonly sopClassUid: string;
  readonly identifier: DataSet;
  readonly onProgress?: (counts: SubOperationCounts) => void;
  readonly signal?: AbortSignal | undefined;
}

/** How a retrieve ended, in the peer's words: no proof that anything arrived. */
export interface RetrieveResult extends SubOperationCounts {
  readonly status: number;
}

/**
 * C-GET: the peer sends the instances back over this association. `onStore` gets each; a signal
 * cancels with C-CANCEL, and what still arrives is refused.
 *
 * @standard PS3.4 §C.4.3
 */
export async function get(
  association: Association,
  options: RetrieveOptions & { readonly onStore: OnStore },
): Promise<RetrieveResult> {
  const { sopClassUid, signal } = options;
  const onStore: OnStore = (request) =>
    signal?.aborted === true
      ? { refusedWith: dimseStatus.outOfResources }
      : options.onStore(request);
  association.serve(storeHandler(association, onStore));
  try {
    return await retrieve(association, options, {
      kind: 'C-GET-RQ',
      messageId: association.nextMessageId(),
      affectedSopClassUid: sopClassUid,
      priority: priority.medium,
      hasDataSet: true,
    });
  } finally {
    association.serve(undefined);
  }
}

/**
 * C-MOVE: the peer sends the instances to the application entity `destination`, which is the
 * peer's name for a receiver. A signal cancels with C-CANCEL.
 *
 * @standard PS3.4 §C.4.2
 */
export function move(
  association: Association,
  options: RetrieveOptions & {
    readonly destination: string;
    /** Known before the request goes out: the receiver matches what arrives by it. */
    readonly messageId: number;
  },
): Promise<RetrieveResult> {
  return retrieve(association, options, {
    kind: 'C-MOVE-RQ',
    messageId: options.messageId,
    affectedSopClassUid: options.sopClassUid,
    moveDestination: options.destination,
    priority: priority.medium,
    hasDataSet: true,
  });
}

async function retrieve(
  association: Association,
  options: RetrieveOptions,
  command: RequestCommand,
): Promise<RetrieveResult> {
  const context = contextFor(association, options.sopClassUid);
  const { response } = await association.request({
    contextId: context.id,
    command,
    dataSet: encodeDataSet(options.identifier, context.transferSyntax),
    onPending: (incoming) => options.onProgress?.(countsOf(incoming)),
    signal: options.signal,
  });
  return { status: response.status, ...countsOf({ response, identifier: undefined }) };
}

function countsOf({ response }: IncomingResponse): SubOperationCounts {
  if (response.kind !== 'C-GET-RSP' && response.kind !== 'C-MOVE-RSP') return {};
  const { remaining, completed, failed, warning } = response;
  return {
    ...(remaining === undefined ? {} : { remaining }),
    ...(completed === undefined ? {} : { completed }),
    ...(failed === undefined ? {} : { failed }),
    ...(warning === undefined ? {} : { warning }),
  };
}
