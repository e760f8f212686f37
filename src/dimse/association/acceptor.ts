import type { Clock } from '../../lib/clock.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import type { Log } from '../../lib/log.ts';
import { type DimseLimits, dimseLimits } from '../limits.ts';
import { isAeTitle } from '../pdu/ae-title.ts';
import type { AssociateAc } from '../pdu/associate-ac.ts';
import { dicomApplicationContext } from '../pdu/associate-fields.ts';
import type { AssociateRj, RejectReason } from '../pdu/associate-rj.ts';
import type { AssociateRq } from '../pdu/associate-rq.ts';
import { listenTransport, type TlsServerOptions } from '../transport/listen.ts';
import type { Transport } from '../transport/transport.ts';
import type { Association } from './association.ts';
import { AssociationCounter } from './association-counter.ts';
import { endError } from './association-end.ts';
import { ownUserItems, peerPduLengthMax } from './identification.ts';
import { MessageAssociation } from './message-association.ts';
import {
  agreedContexts,
  answerContexts,
  answerRoles,
  type ChooseTransferSyntax,
} from './presentation-context.ts';

/** Who asks for an association. */
export interface AssociationRequest {
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  readonly remoteAddress: string;
}

/** What an acceptor answers to and with. */
export interface AcceptorOptions {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  readonly tls?: TlsServerOptions | undefined;
  /** A reason to refuse this caller, or undefined to talk to it. */
  readonly refuse: (request: AssociationRequest) => RejectReason | undefined;
  readonly chooseTransferSyntax: ChooseTransferSyntax;
  /** An association was accepted; set its handlers at once. */
  readonly onAssociation: (association: Association) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<DimseLimits> | undefined;
}

/** A listening acceptor. */
export interface Acceptor {
  readonly port: number;
  /** Take no more associations and abort the open ones. */
  close(): Promise<void>;
}

/** Listen for associations. */
export async function listenForAssociations(options: AcceptorOptions): Promise<Acceptor> {
  const limits: DimseLimits = { ...dimseLimits, ...options.limits };
  const counter = new AssociationCounter(limits);
  const open = new Set<MessageAssociation>();
  const listener = await listenTransport({ ...options, ...limits }, (transport) => {
    const association = receive(transport, { ...options, limits, counter });
    open.add(association);
    void association.ended.then(() => open.delete(association));
  });
  return {
    port: listener.port,
    async close() {
      for (const association of open) association.abort(new Error('the acceptor is closed'));
      await listener.close();
    },
  };
}

interface ReceiveContext extends AcceptorOptions {
  readonly limits: DimseLimits;
  readonly counter: AssociationCounter;
}

/** One transport connection: await the request, answer it, log how it ended. */
function receive(transport: Transport, context: ReceiveContext): MessageAssociation {
  const { clock, limits, counter, log } = context;
  const { remoteAddress } = transport;
  let isCounted = false;
  const association = new MessageAssociation({
    transport,
    isRequestor: false,
    clock,
    limits,
    role: {
      refusal: (rq) => upperLayerRefusal(rq, remoteAddress, counter),
      onAssociateRequest(rq) {
        isCounted = true;
        counter.add(remoteAddress);
        answer(association, rq, context);
      },
    },
  });
  association.driver.awaitRequest();
  const watchEnd = async (): Promise<void> => {
    const end = await association.ended;
    if (isCounted) counter.remove(remoteAddress);
    const code = end.kind === 'failed' ? codeOf(endError(end)) : undefined;
    log.info('dimse.association.ended', { remoteAddress, end: end.kind, code });
  };
  void watchEnd();
  return association;
}

/** @standard PS3.8 §9.2.2, Table 9-6 (AE-6) */
function upperLayerRefusal(
  rq: AssociateRq,
  remoteAddress: string,
  counter: AssociationCounter,
): AssociateRj | undefined {
  if ((rq.protocolVersion & 1) === 0) {
    const reason = 'protocol-version-not-supported';
    return permanently({ source: 'service-provider-acse', reason });
  }
  if (counter.hasRoom(remoteAddress)) return undefined;
  return {
    kind: 'A-ASSOCIATE-RJ',
    result: 'rejected-transient',
    source: 'service-provider-presentation',
    reason: 'local-limit-exceeded',
  };
}

function answer(association: MessageAssociation, rq: AssociateRq, context: ReceiveContext): void {
  const { limits } = context;
  const { callingAeTitle, calledAeTitle } = rq;
  const { remoteAddress } = association;
  const reason = userRefusal(rq, limits) ?? context.refuse({ ...rq, remoteAddress });
  if (reason !== undefined) {
    context.log.warn('dimse.association.refused', { remoteAddress, reason: reason.reason });
    return association.driver.reject(permanently(reason));
  }
  const ac: AssociateAc = {
    kind: 'A-ASSOCIATE-AC',
    protocolVersion: 1,
    calledAeTitle,
    callingAeTitle,
    applicationContextName: dicomApplicationContext,
    presentationContexts: answerContexts(rq, context.chooseTransferSyntax),
    userItems: [...ownUserItems(limits.pduLengthMax), ...answerRoles(rq)],
  };
  association.agree({
    callingAeTitle,
    calledAeTitle,
    contexts: agreedContexts(rq, ac, false),
    peerPduLengthMax: peerPduLengthMax(rq.userItems),
  });
  context.onAssociation(association);
  association.driver.accept(ac);
}

function userRefusal(rq: AssociateRq, limits: DimseLimits): RejectReason | undefined {
  const source = 'service-user';
  if (rq.applicationContextName !== dicomApplicationContext) {
    return { source, reason: 'application-context-name-not-supported' };
  }
  if (!isAeTitle(rq.callingAeTitle)) return { source, reason: 'calling-ae-title-not-recognized' };
  if (!isAeTitle(rq.calledAeTitle)) return { source, reason: 'called-ae-title-not-recognized' };
  const length = peerPduLengthMax(rq.userItems);
  return length !== 0 && length < limits.peerPduLengthMin
    ? { source, reason: 'no-reason-given' }
    : undefined;
}

function permanently(reason: RejectReason): AssociateRj {
  return { kind: 'A-ASSOCIATE-RJ', result: 'rejected-permanent', ...reason };
}
