import { sopClass } from '../../dicom/index.ts';
import {
  chooseFrom,
  type DimseLimits,
  dimseStatus,
  listenForAssociations,
  provideServices,
  type TlsServerOptions,
} from '../../dimse/index.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { pacsLimits } from '../limits.ts';
import { acceptedTransferSyntaxes } from '../transfer-syntaxes.ts';
import { Expectations } from './expectations.ts';
import type { Receiver } from './receiver.ts';

/** How to start the receiver. */
export interface ReceiverOptions {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  readonly aeTitle: string;
  /**
   * Calling AE titles that may connect; undefined lets anyone. An AE title proves nothing: what is
   * taken is decided per instance by what was asked for.
   */
  readonly callingAeTitles?: readonly string[] | undefined;
  readonly tls?: TlsServerOptions | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<DimseLimits> | undefined;
}

/** All storage SOP classes of the standard have this root. @standard PS3.6 Table A-1 */
const storageRoot = '1.2.840.10008.5.1.4.1.1.';

/**
 * Start the receiver: one listener for all C-MOVEs of all PACS. It answers C-ECHO and takes a
 * C-STORE only if a C-MOVE under way asked for the instance; anything else is refused with A700H.
 */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const { aeTitle, callingAeTitles, log } = options;
  const expectations = new Expectations(pacsLimits.expectationsMax);
  const acceptor = await listenForAssociations({
    ...options,
    refuse(request) {
      const source = 'service-user';
      if (request.calledAeTitle !== aeTitle) {
        return { source, reason: 'called-ae-title-not-recognized' };
      }
      return callingAeTitles?.includes(request.callingAeTitle) === false
        ? { source, reason: 'calling-ae-title-not-recognized' }
        : undefined;
    },
    chooseTransferSyntax: chooseFrom({
      supports: (uid) => uid === sopClass.Verification || uid.startsWith(storageRoot),
      preferred: acceptedTransferSyntaxes,
    }),
    onAssociation: (association) =>
      provideServices(
        association,
        {
          store(request) {
            const expectation = expectations.match(request);
            if (expectation !== undefined) return expectation.onStore(request);
            const { callingAeTitle, remoteAddress } = request;
            log.warn('pacs.receiver.unexpected', { callingAeTitle, remoteAddress });
            return { refusedWith: dimseStatus.outOfResources };
          },
        },
        log,
      ),
  });
  return {
    aeTitle,
    port: acceptor.port,
    expect: (expectation) => expectations.add(expectation),
    close: () => acceptor.close(),
  };
}
