import { type DataSet, decodeDataSet, encodeDataSet } from '../../../dicom/index.ts';
import { createChannel } from '../../../lib/streams/channel.ts';
import type { Association } from '../../association/association.ts';
import { dimseErrors } from '../../errors.ts';
import { priority } from '../../message/command.ts';
import { formatStatus, statusCategory } from '../../message/status.ts';
import { contextFor } from '../context-for.ts';

/** Answers held for a reader that is slower than the peer; beyond them the socket is not read. */
const answersHeldMax = 64;

/** What to find. */
export interface FindOptions {
  readonly sopClassUid: string;
  readonly identifier: DataSet;
  /** Told the length of each answer before it is decoded; what it throws ends the query. */
  readonly onAnswerBytes?: ((length: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * C-FIND: the matches as they arrive. A slow reader slows the peer; leaving the loop cancels the
 * query with C-CANCEL, and the association can be used again when the loop has ended.
 *
 * @standard PS3.4 §C.4.1
 * @throws MdmError `DIMSE_STATUS_FAILURE` also for a warning Bxxx, which PS3.4 does not know here; `DIMSE_CONTEXT_NOT_ACCEPTED`, those of the association
 */
export async function* find(
  association: Association,
  options: FindOptions,
): AsyncGenerator<DataSet, void, void> {
  const context = contextFor(association, options.sopClassUid);
  const answers = createChannel<Uint8Array>(answersHeldMax);
  const stop = new AbortController();
  const signal =
    options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const done = association
    .request({
      contextId: context.id,
      command: {
        kind: 'C-FIND-RQ',
        messageId: association.nextMessageId(),
        affectedSopClassUid: options.sopClassUid,
        priority: priority.medium,
        hasDataSet: true,
      },
      dataSet: encodeDataSet(options.identifier, context.transferSyntax),
      // A match without an identifier is an answer that says nothing, not none. A reader that has
      // left takes no more answers; the query is being cancelled then.
      onPending: ({ identifier }) => answers.send(identifier ?? new Uint8Array(0)).catch(() => {}),
      signal,
    })
    .then(({ response }) => checkFinal(response.status))
    .then(
      () => answers.close(),
      (error: unknown) => answers.fail(error),
    );
  try {
    for await (const answer of answers) {
      options.onAnswerBytes?.(answer.length);
      yield decodeDataSet(answer, context.transferSyntax, { strict: false });
    }
  } finally {
    stop.abort();
    await done;
  }
}

/** A warning of an archive's own (Bxxx) says that something is amiss: the matches may not be all. */
function checkFinal(status: number): void {
  const category = statusCategory(status);
  if (category === 'success' || (category === 'warning' && status < 0xb000)) return;
  throw dimseErrors.create('DIMSE_STATUS_FAILURE', {
    message: formatStatus(status),
    context: { status, category },
  });
}
