import type { Association, IncomingRequest } from '../association/association.ts';
import type { ResponseCommand } from '../message/command.ts';

/** The final response to a request, without a data set. */
export function responseTo({ command }: IncomingRequest, status: number): ResponseCommand {
  return {
    kind: command.kind.replace('-RQ', '-RSP') as ResponseCommand['kind'],
    messageIdBeingRespondedTo: command.messageId,
    affectedSopClassUid: command.affectedSopClassUid,
    status,
    hasDataSet: false,
  };
}

/** Answer a request without more ado; its data set, if any, is thrown away. */
export function answerRequest(
  association: Association,
  request: IncomingRequest,
  status: number,
): undefined {
  // A failure to send is told by `ended`.
  association.send(request.context.id, responseTo(request, status)).catch(() => {});
}
