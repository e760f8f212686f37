import { unreachable } from '../../lib/assert.ts';
import type { Log } from '../../lib/log.ts';
import type { ByteSink } from '../../lib/streams/byte-stream.ts';
import type { Association, IncomingRequest } from '../association/association.ts';
import { dimseLimits } from '../limits.ts';
import { gatheringSink } from '../message/gathering-sink.ts';
import { dimseStatus } from '../message/status.ts';
import { answerRequest } from './answer.ts';
import { type OnFind, provideFind } from './find/scp.ts';
import { type Operation, runOperation } from './operation.ts';
import { type OnGet, type OnMove, provideGet, provideMove } from './retrieve/scp.ts';
import { type OnStore, receiveStore } from './store/scp.ts';

/** What an acceptor serves; C-ECHO always, what is left out is refused. */
export interface ServiceHandlers {
  readonly find?: OnFind;
  readonly get?: OnGet;
  readonly move?: OnMove;
  readonly store?: OnStore;
}

/** Serve an association: one query or retrieve at a time, others meanwhile are refused. */
export function provideServices(
  association: Association,
  handlers: ServiceHandlers,
  log: Log,
): void {
  let isBusy = false;
  const operate = (
    request: IncomingRequest,
    body: ((operation: Operation) => Promise<void>) | undefined,
  ): ByteSink | undefined => {
    if (body === undefined || !request.command.hasDataSet) {
      return answerRequest(association, request, dimseStatus.unrecognizedOperation);
    }
    if (isBusy) return answerRequest(association, request, dimseStatus.outOfResources);
    isBusy = true;
    const run = async (identifier: Uint8Array): Promise<void> => {
      await runOperation(association, request, { identifier, body, log });
      isBusy = false;
    };
    // Not awaited: the association goes on being read, for C-CANCEL and C-STORE responses.
    return gatheringSink(dimseLimits.identifierLengthMax, (identifier) => void run(identifier));
  };
  association.serve((request) => {
    const { find, get, move, store } = handlers;
    switch (request.command.kind) {
      case 'C-ECHO-RQ':
        return answerRequest(association, request, dimseStatus.success);
      case 'C-STORE-RQ':
        return receiveStore(
          association,
          request,
          store ?? (() => ({ refusedWith: dimseStatus.notAuthorized })),
        );
      case 'C-FIND-RQ':
        return operate(request, find && ((operation) => provideFind(operation, find)));
      case 'C-GET-RQ':
        return operate(request, get && ((operation) => provideGet(operation, get)));
      case 'C-MOVE-RQ':
        return operate(request, move && ((operation) => provideMove(operation, move)));
      default:
        return unreachable(request.command);
    }
  });
}
