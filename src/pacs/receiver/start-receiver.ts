import { sopClass } from '../../dicom/index.ts';
import {
  type Association,
  type AssociationRequest,
  chooseFrom,
  type DimseLimits,
  dimseStatus,
  listenForAssociations,
  type OnStore,
  provideServices,
  type Refusal,
  type TlsServerOptions,
} from '../../dimse/index.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { pacsLimits } from '../limits.ts';
import { acceptedTransferSyntaxes } from '../transfer-syntaxes.ts';
import { Expectations } from './expectations.ts';
import type { Receiver } from './receiver.ts';
import { canBe, type Sender } from './sender.ts';

/** How to start the receiver. */
export interface ReceiverOptions {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  readonly aeTitle: string;
  /** The PACS that may associate; nobody else may. */
  readonly senders: readonly Sender[];
  readonly tls?: TlsServerOptions | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<DimseLimits> | undefined;
}

/** All storage SOP classes of the standard have this root. @standard PS3.6 Table A-1 */
const storageRoot = '1.2.840.10008.5.1.4.1.1.';

/**
 * Start the receiver: one listener for all C-MOVEs of all PACS. It lets in whom `senders` list,
 * answers C-ECHO, and takes a C-STORE only if a C-MOVE under way asked this PACS for the instance;
 * anything else is refused with A700H.
 *
 * @throws MdmError `DIMSE_ADDRESS_UNAVAILABLE`
 */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const { aeTitle, senders, log } = options;
  const expectations = new Expectations(pacsLimits.expectationsMax);
  const acceptor = await listenForAssociations({
    ...options,
    isExpected: (remoteAddress) => senders.some((sender) => sender.isAt(remoteAddress)),
    refuse: (request) => refusalOf(request, options),
    chooseTransferSyntax: chooseFrom({
      supports: (uid) => uid === sopClass.Verification || uid.startsWith(storageRoot),
      preferred: acceptedTransferSyntaxes,
    }),
    onAssociation(association, refused) {
      for (const expectation of expectations.of(association)) {
        for (const context of refused) expectation.onContextRefused(context);
      }
      provideServices(association, { store: storeFor(association, expectations, log) }, log);
    },
  });
  return {
    aeTitle,
    port: acceptor.port,
    expect: (expectation) => expectations.add(expectation),
    close: () => acceptor.close(),
  };
}

/** Who is in no list may not associate. @standard PS3.8 §9.3.4, Table 9-21 */
function refusalOf(
  request: AssociationRequest,
  { senders, aeTitle }: ReceiverOptions,
): Refusal | undefined {
  const source = 'service-user';
  const reason = 'calling-ae-title-not-recognized';
  const isKnown = senders.some((sender) => sender.isAt(request.remoteAddress));
  if (!isKnown) return { source, reason, setting: 'pacs[].sendsFrom' };
  if (!senders.some((sender) => canBe(sender, request))) {
    return { source, reason, setting: 'pacs[].sendsAs' };
  }
  if (request.calledAeTitle === aeTitle) return undefined;
  return { source, reason: 'called-ae-title-not-recognized', setting: 'receiver.aeTitle' };
}

/** Serves the C-STOREs of one association; the first that is refused is logged. */
function storeFor(
  { callingAeTitle, remoteAddress }: Association,
  expectations: Expectations,
  log: Log,
): OnStore {
  let isTold = false;
  const tell = (why: string, setting?: string): void => {
    if (!isTold)
      log.warn('pacs.receiver.unexpected', { callingAeTitle, remoteAddress, why, setting });
    isTold = true;
  };
  return (request) => {
    const match = expectations.match(request);
    if (match.kind === 'expected') return match.expectation.onStore(request);
    if (match.kind === 'unnamed') {
      tell('no Move Originator', 'pacs[].moveOriginator');
      match.expectation.onOriginatorMissing();
    } else tell(match.why);
    return { refusedWith: dimseStatus.outOfResources };
  };
}
