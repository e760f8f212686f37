import { assert } from '../../lib/assert.ts';
import type { Clock } from '../../lib/clock.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import { type Random, systemRandom } from '../../lib/random.ts';
import { dimseErrors } from '../errors.ts';
import { type DimseLimits, dimseLimits } from '../limits.ts';
import type { AssociateAc } from '../pdu/associate-ac.ts';
import { dicomApplicationContext } from '../pdu/associate-fields.ts';
import type { AssociateRj } from '../pdu/associate-rj.ts';
import type { AssociateRq } from '../pdu/associate-rq.ts';
import { connectTransport, type TlsClientOptions } from '../transport/connect.ts';
import type { Transport } from '../transport/transport.ts';
import { type AssociationEnd, endError } from './association-end.ts';
import { ownUserItems, peerPduLengthMax } from './identification.ts';
import { MessageAssociation } from './message-association.ts';
import type { AssociateOutcome } from './outcome.ts';
import {
  agreedContexts,
  type ContextProposal,
  proposeContexts,
  proposeRoles,
} from './presentation-context.ts';

/** Whom to ask for an association, and for what. */
export interface AssociateOptions {
  readonly host: string;
  readonly port: number;
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  /** 1 to 128. */
  readonly contexts: readonly ContextProposal[];
  readonly tls?: TlsClientOptions | undefined;
  readonly clock: Clock;
  /** Where message ids start. */
  readonly random?: Random | undefined;
  readonly limits?: Partial<DimseLimits> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Ask for an association.
 *
 * @returns the peer's answer; an accepted one is open and the caller's to release
 * @throws MdmError `DIMSE_CONNECTION_FAILED`, `DIMSE_CONNECTION_CLOSED`, `PDU_*`; the signal's
 *   reason when it aborts before there is an answer
 */
export async function openAssociation(options: AssociateOptions): Promise<AssociateOutcome> {
  const limits: DimseLimits = { ...dimseLimits, ...options.limits };
  let transport: Transport;
  try {
    transport = await connectTransport({ ...options, ...limits });
  } catch (error) {
    if (codeOf(error) === 'DIMSE_TIMEOUT') return { kind: 'timedOut', waitingFor: 'connection' };
    throw error;
  }
  const { signal } = options;
  if (signal?.aborted === true) {
    transport.destroy();
    throw signal.reason;
  }
  return negotiate(transport, options, limits);
}

async function negotiate(
  transport: Transport,
  options: AssociateOptions,
  limits: DimseLimits,
): Promise<AssociateOutcome> {
  const { clock, signal } = options;
  const rq = makeRequest(options, limits);
  const { promise: answered, resolve } = Promise.withResolvers<AssociateAc | AssociateRj>();
  const association = new MessageAssociation({
    transport,
    isRequestor: true,
    clock,
    limits,
    random: options.random ?? systemRandom,
    role: {
      onAssociateAnswer: (answer) => {
        // Agreed before the next PDU is read: the peer's first message may be in the same chunk.
        if (answer.kind === 'A-ASSOCIATE-AC') agree(association, { rq, ac: answer, limits });
        resolve(answer);
      },
    },
  });
  const onAbort = (): void => association.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    association.driver.request(rq);
    const answer = await Promise.race([answered, association.ended]);
    if (answer.kind === 'A-ASSOCIATE-AC') return { kind: 'accepted', association };
    if (answer.kind === 'A-ASSOCIATE-RJ') return { kind: 'rejected', rejection: answer };
    return endedEarly(answer);
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

function makeRequest(options: AssociateOptions, limits: DimseLimits): AssociateRq {
  return {
    kind: 'A-ASSOCIATE-RQ',
    protocolVersion: 1,
    calledAeTitle: options.calledAeTitle,
    callingAeTitle: options.callingAeTitle,
    applicationContextName: dicomApplicationContext,
    presentationContexts: proposeContexts(options.contexts),
    userItems: [...ownUserItems(limits.pduLengthMax), ...proposeRoles(options.contexts)],
  };
}

/** Note what was agreed, or abort if the answer does not fit the request. */
function agree(
  association: MessageAssociation,
  { rq, ac, limits }: { rq: AssociateRq; ac: AssociateAc; limits: DimseLimits },
): void {
  const length = peerPduLengthMax(ac.userItems);
  if (length !== 0 && length < limits.peerPduLengthMin) {
    throw dimseErrors.create('PDU_FIELD_INVALID', {
      message: 'maximum length',
      context: { length },
    });
  }
  association.agree({
    callingAeTitle: rq.callingAeTitle,
    calledAeTitle: rq.calledAeTitle,
    contexts: agreedContexts(rq, ac, true),
    peerPduLengthMax: length,
  });
}

function endedEarly(end: AssociationEnd): AssociateOutcome {
  switch (end.kind) {
    case 'aborted-by-peer':
      return { kind: 'aborted', source: end.source, reason: end.reason };
    case 'timed-out':
      return { kind: 'timedOut', waitingFor: 'association' };
    default:
      assert(end.kind !== 'released', 'an association is not released before it is accepted');
      throw endError(end);
  }
}
