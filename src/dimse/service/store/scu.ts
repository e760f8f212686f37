import type { Association, OutgoingDataSet } from '../../association/association.ts';
import type { PresentationContext } from '../../association/presentation-context.ts';
import { dimseErrors } from '../../errors.ts';
import { priority } from '../../message/command.ts';

/** An instance that can be sent. */
export interface StorableInstance {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
  /** The data set, encoded in `transferSyntaxUid`; opened when its turn comes. */
  open(): Promise<OutgoingDataSet>;
}

/** How to send. */
export interface StoreOptions {
  /** The C-MOVE this is a sub-operation of. */
  readonly moveOriginator?: { readonly aeTitle: string; readonly messageId: number } | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * C-STORE: send one instance as it is; resolves with the status. It is never re-encoded, so there
 * must be a context with its transfer syntax.
 *
 * @standard PS3.4 §B
 * @throws MdmError `DIMSE_CONTEXT_NOT_ACCEPTED`, those of the association
 */
export async function store(
  association: Association,
  instance: StorableInstance,
  options: StoreOptions = {},
): Promise<number> {
  const context = storeContext(association, instance);
  const { moveOriginator, signal } = options;
  const dataSet = await instance.open();
  const { response } = await association.request({
    contextId: context.id,
    command: {
      kind: 'C-STORE-RQ',
      messageId: association.nextMessageId(),
      affectedSopClassUid: instance.sopClassUid,
      affectedSopInstanceUid: instance.sopInstanceUid,
      priority: priority.medium,
      ...(moveOriginator === undefined
        ? {}
        : {
            moveOriginatorAeTitle: moveOriginator.aeTitle,
            moveOriginatorMessageId: moveOriginator.messageId,
          }),
      hasDataSet: true,
    },
    dataSet,
    signal,
  });
  return response.status;
}

function storeContext(association: Association, instance: StorableInstance): PresentationContext {
  const { sopClassUid, transferSyntaxUid } = instance;
  const found = association.contexts.find(
    (context) =>
      context.isScu &&
      context.abstractSyntax === sopClassUid &&
      context.transferSyntax === transferSyntaxUid,
  );
  if (found === undefined) {
    const context = { sopClassUid, transferSyntaxUid };
    throw dimseErrors.create('DIMSE_CONTEXT_NOT_ACCEPTED', { context });
  }
  return found;
}
