import { type DataSet, decodeDataSet, encodeDataSet } from '../../dicom/index.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import type { Log } from '../../lib/log.ts';
import type { Association, IncomingRequest } from '../association/association.ts';
import type { ResponseCommand } from '../message/command.ts';
import { dimseStatus } from '../message/status.ts';
import { responseTo } from './answer.ts';

/** A query or retrieve of a peer. */
export interface QueryRequest {
  readonly sopClassUid: string;
  readonly identifier: DataSet;
  readonly callingAeTitle: string;
  /** Aborts when the peer cancels or the association ends. */
  readonly signal: AbortSignal;
}

/** What a handler throws to choose the status of a query or retrieve. */
export class QueryFailure extends Error {
  override readonly name = 'QueryFailure';
  readonly status: number;

  constructor(status: number) {
    super(`query failed with status ${status}`);
    this.status = status;
  }
}

/** One query or retrieve of a peer while it runs: sends its pending and final responses. */
export interface Operation {
  readonly association: Association;
  readonly request: IncomingRequest;
  readonly query: QueryRequest;
  respond(
    fields: Partial<ResponseCommand> & { status: number },
    identifier?: DataSet,
  ): Promise<void>;
}

/**
 * Run an operation to its final response. `body` sends all of them; if it throws instead, the
 * peer gets a failure status, unless the association is gone.
 */
export async function runOperation(
  association: Association,
  request: IncomingRequest,
  options: {
    readonly identifier: Uint8Array;
    readonly body: (operation: Operation) => Promise<void>;
    readonly log: Log;
  },
): Promise<void> {
  const { context, command } = request;
  const stop = new AbortController();
  association.onCancel((cancel) => {
    if (cancel.messageIdBeingRespondedTo === command.messageId) stop.abort();
  });
  void association.ended.then(() => stop.abort());
  const respond: Operation['respond'] = (fields, identifier) => {
    const { kind: _, ...base } = responseTo(request, fields.status);
    const hasDataSet = identifier !== undefined;
    const kind = responseTo(request, fields.status).kind;
    const response = { ...base, ...fields, kind, hasDataSet } as ResponseCommand;
    return hasDataSet
      ? association.send(context.id, response, encodeDataSet(identifier, context.transferSyntax))
      : association.send(context.id, response);
  };
  try {
    const query: QueryRequest = {
      sopClassUid: command.affectedSopClassUid,
      identifier: decodeDataSet(options.identifier, context.transferSyntax, { strict: false }),
      callingAeTitle: association.callingAeTitle,
      signal: stop.signal,
    };
    await options.body({ association, request, query, respond });
  } catch (error) {
    const status = error instanceof QueryFailure ? error.status : dimseStatus.unableToProcess;
    options.log.warn('dimse.operation.failed', { kind: command.kind, status, code: codeOf(error) });
    await respond({ status }).catch(() => {}); // the association may be what failed
  } finally {
    association.onCancel(undefined);
  }
}
