import { sopClass, transferSyntax } from '../../src/dicom/index.ts';
import {
  chooseFrom,
  listenForAssociations,
  openAssociation,
  provideServices,
} from '../../src/dimse/index.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { type Log, silentLog } from '../../src/lib/log.ts';
import { createHeaderIndex, type HeaderIndex } from './header-index.ts';
import { findMatches, levelOf, selectInstances } from './query.ts';
import { storeTo } from './store.ts';

/** A host that a C-MOVE may name. */
export interface MoveDestination {
  readonly host: string;
  readonly port: number;
}

/** How to start a demonstration PACS. */
export interface DemoPacsOptions {
  /** Part 10 files, read once at the start; what is stored is added. */
  readonly folder: string;
  readonly host?: string;
  /** 0 picks a free port. */
  readonly port: number;
  readonly aeTitle: string;
  /** By AE title; a C-MOVE to any other is refused. */
  readonly destinations?: Readonly<Record<string, MoveDestination>>;
  readonly clock?: Clock;
  readonly log?: Log;
}

/** A running demonstration PACS. */
export interface DemoPacs {
  readonly port: number;
  readonly index: HeaderIndex;
  close(): Promise<void>;
}

/** Which of the transfer syntaxes of a class is accepted: what the archive holds, else the first. */
const uncompressed = [transferSyntax.ExplicitVRLittleEndian, transferSyntax.ImplicitVRLittleEndian];

const queryClasses: ReadonlySet<string> = new Set([
  sopClass.Verification,
  sopClass.StudyRootQueryRetrieveInformationModelFind,
  sopClass.StudyRootQueryRetrieveInformationModelGet,
  sopClass.StudyRootQueryRetrieveInformationModelMove,
]);

/**
 * Start a small archive that speaks DIMSE: C-ECHO, C-FIND, C-GET, C-MOVE, C-STORE with the Study
 * Root model. It holds headers in memory and sends files as they are, never re-encoded.
 */
export async function startDemoPacs(options: DemoPacsOptions): Promise<DemoPacs> {
  const { aeTitle, folder, clock = systemClock, log = silentLog } = options;
  const index = await createHeaderIndex(folder);
  const acceptor = await listenForAssociations({
    host: options.host ?? '127.0.0.1',
    port: options.port,
    refuse: ({ calledAeTitle }) =>
      calledAeTitle === aeTitle
        ? undefined
        : { source: 'service-user', reason: 'called-ae-title-not-recognized' },
    chooseTransferSyntax: (abstractSyntax, offered) => {
      if (queryClasses.has(abstractSyntax)) {
        return chooseFrom({ supports: () => true, preferred: uncompressed })(
          abstractSyntax,
          offered,
        );
      }
      const preferred = [...heldSyntaxes(index, abstractSyntax), ...uncompressed, ...offered];
      return chooseFrom({ supports: isStorage, preferred })(abstractSyntax, offered);
    },
    onAssociation: (association) =>
      provideServices(
        association,
        {
          find: ({ identifier }) => findMatches(index.instances.values(), identifier, aeTitle),
          get: async ({ identifier }) => select(index, identifier),
          move: async ({ identifier, destination }) => {
            const address = options.destinations?.[destination];
            if (address === undefined) return undefined;
            return {
              instances: select(index, identifier),
              open: (contexts) =>
                openAssociation({
                  ...address,
                  callingAeTitle: aeTitle,
                  calledAeTitle: destination,
                  contexts,
                  clock,
                }),
            };
          },
          store: (request) => storeTo(folder, index, request),
        },
        log,
      ),
    clock,
    log,
  });
  return { port: acceptor.port, index, close: () => acceptor.close() };
}

function select(
  index: HeaderIndex,
  identifier: Parameters<typeof levelOf>[0],
): ReturnType<typeof selectInstances> {
  levelOf(identifier);
  return selectInstances(index.instances.values(), identifier);
}

/** Transfer syntaxes of the instances held of a SOP class, most frequent first. */
function heldSyntaxes(index: HeaderIndex, sopClassUid: string): readonly string[] {
  const counts = new Map<string, number>();
  for (const instance of index.instances.values()) {
    if (instance.sopClassUid !== sopClassUid) continue;
    counts.set(instance.transferSyntaxUid, (counts.get(instance.transferSyntaxUid) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([uid]) => uid);
}

/** The storage classes are those under this root. @standard PS3.6 Table A-1 */
function isStorage(sopClassUid: string): boolean {
  return sopClassUid.startsWith('1.2.840.10008.5.1.4.1.1.');
}
