import type { Clock } from '../../lib/clock.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import type { Log } from '../../lib/log.ts';
import { systemRandom } from '../../lib/random.ts';
import { type DimseLimits, dimseLimits } from '../limits.ts';
import { isAeTitle } from '../pdu/ae-title.ts';
import type { AssociateAc } from '../pdu/associate-ac.ts';
import { dicomApplicationContext } from '../pdu/associate-fields.ts';
import type { AssociateRj, RejectReason } from '../pdu/associate-rj.ts';
import type { AssociateRq } from '../pdu/associate-rq.ts';
import {
  type AcceptedTransport,
  listenTransport,
  type TlsServerOptions,
} from '../transport/listen.ts';
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
  type RefusedContext,
  refusedContexts,
} from './presentation-context.ts';
import { RefusalLog } from './refusal-log.ts';

/** Who asks for an association. */
export interface AssociationRequest {
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  readonly remoteAddress: string;
}

/** Why a caller is not let in. */
export type Refusal = RejectReason & {
  /** The setting that would let it in: for whoever reads the log. */
  readonly setting?: string;
};

/** What an acceptor answers to and with. */
export interface AcceptorOptions {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  readonly tls?: TlsServerOptions | undefined;
  /** Addresses that go before all others; undefined: all are alike. */
  readonly isExpected?: ((remoteAddress: string) => boolean) | undefined;
  /** Why this caller is refused, or undefined to talk to it. */
  readonly refuse: (request: AssociationRequest) => Refusal | undefined;
  readonly chooseTransferSyntax: ChooseTransferSyntax;
  /** An association was accepted, without `refused`; set its handlers at once. */
  readonly onAssociation: (association: Association, refused: readonly RefusedContext[]) => void;
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
  const refusals = new RefusalLog({ ...options, limits });
  const open = new Set<MessageAssociation>();
  const listener = await listenTransport({ ...options, ...limits }, (accepted) => {
    const association = receive(accepted, { ...options, limits, counter, refusals });
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
  readonly refusals: RefusalLog;
}

/** One transport connection: await the request, answer it, log how it ended. */
function receive(accepted: AcceptedTransport, context: ReceiveContext): MessageAssociation {
  const { transport, leaveTurns } = accepted;
  const { clock, limits, counter, log, refusals } = context;
  const { remoteAddress } = transport;
  let isAccepted = false;
  const association = new MessageAssociation({
    transport,
    isRequestor: false,
    clock,
    limits,
    random: systemRandom,
    role: {
      refusal: (rq) => rejectionOf(rq, remoteAddress, context),
      onAssociateRequest(rq) {
        isAccepted = true;
        counter.add(remoteAddress);
        leaveTurns();
        accept(association, rq, context);
      },
    },
  });
  association.driver.awaitRequest();
  const watchEnd = async (): Promise<void> => {
    const end = await association.ended;
    const code = end.kind === 'failed' ? codeOf(endError(end)) : undefined;
    if (isAccepted) {
      counter.remove(remoteAddress);
      log.info('dimse.association.ended', { remoteAddress, end: end.kind, code });
    } else if (end.kind !== 'rejected') {
      refusals.add({ remoteAddress, reason: code ?? `no request: ${end.kind}` });
    }
  };
  void watchEnd();
  return association;
}

/**
 * Whether to reject, judged before anything is made for the association.
 * @standard PS3.8 §9.2.2, Table 9-6 (AE-6); §9.3.4, Table 9-21
 */
function rejectionOf(
  rq: AssociateRq,
  remoteAddress: string,
  context: ReceiveContext,
): AssociateRj | undefined {
  const refusal =
    providerRefusal(rq) ??
    context.refuse({ ...rq, remoteAddress }) ??
    userRefusal(rq, context.limits) ??
    (context.counter.hasRoom(remoteAddress) ? undefined : noRoom);
  if (refusal === undefined) return undefined;
  const { setting, ...reason } = refusal;
  const { callingAeTitle } = rq;
  context.refusals.add({ remoteAddress, callingAeTitle, reason: reason.reason, setting });
  const result = refusal === noRoom ? 'rejected-transient' : 'rejected-permanent';
  return { kind: 'A-ASSOCIATE-RJ', result, ...reason };
}

const noRoom: Refusal = {
  source: 'service-provider-presentation',
  reason: 'local-limit-exceeded',
};

function providerRefusal({ protocolVersion }: AssociateRq): Refusal | undefined {
  return (protocolVersion & 1) === 0
    ? { source: 'service-provider-acse', reason: 'protocol-version-not-supported' }
    : undefined;
}

function userRefusal(rq: AssociateRq, limits: DimseLimits): Refusal | undefined {
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

function accept(association: MessageAssociation, rq: AssociateRq, context: ReceiveContext): void {
  const { limits } = context;
  const { callingAeTitle, calledAeTitle } = rq;
  const presentationContexts = answerContexts(rq, context.chooseTransferSyntax);
  const ac: AssociateAc = {
    kind: 'A-ASSOCIATE-AC',
    protocolVersion: 1,
    calledAeTitle,
    callingAeTitle,
    applicationContextName: dicomApplicationContext,
    presentationContexts,
    userItems: [...ownUserItems(limits.pduLengthMax), ...answerRoles(rq)],
  };
  association.agree({
    callingAeTitle,
    calledAeTitle,
    contexts: agreedContexts(rq, ac, false),
    peerPduLengthMax: peerPduLengthMax(rq.userItems),
  });
  context.onAssociation(association, refusedContexts(rq, presentationContexts));
  association.driver.accept(ac);
}
