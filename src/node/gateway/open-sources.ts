import { present } from '../../lib/assert.ts';
import type { Guard } from '../../pacs/guard/index.ts';
import { createGuard } from '../../pacs/guard/index.ts';
import {
  createDimseSource,
  type DimseSourceOptions,
  MoveSender,
  type MoveTarget,
} from '../../pacs/kinds/dimse/index.ts';
import type { PacsSource } from '../../pacs/pacs-source.ts';
import { type Receiver, startReceiver } from '../../pacs/receiver/index.ts';
import type { GatewayConfig } from '../config/gateway-config.ts';
import type { ServiceTools } from '../service.ts';

/** One PACS as the gateway knows it. */
export interface OpenSource {
  readonly source: PacsSource;
  readonly guard: Guard;
}

/** All PACS by name, and our receiver. */
export interface OpenSources {
  readonly sources: ReadonlyMap<string, OpenSource>;
  /** Port of the receiver, if there is one. */
  readonly receiverPort: number | undefined;
  close(): Promise<void>;
}

type SourceTools = ServiceTools & Pick<DimseSourceOptions, 'lists'>;
type PacsConfig = GatewayConfig['pacs'][number];

/** Open the sources of a configuration; contacts no PACS yet. */
export async function openSources(config: GatewayConfig, tools: SourceTools): Promise<OpenSources> {
  const senders = new Map(config.pacs.map((pacs) => [pacs.name, senderOf(pacs, tools)]));
  const receiver = await openReceiver(config, [...senders.values()], tools);
  const sources = new Map<string, OpenSource>();
  for (const pacs of config.pacs) {
    const sender = present(senders.get(pacs.name), 'each PACS is a sender');
    const { moveOriginator } = pacs;
    const moveTarget = receiver === undefined ? undefined : { receiver, sender, moveOriginator };
    sources.set(pacs.name, openSource(pacs, moveTarget, tools));
  }
  return {
    sources,
    receiverPort: receiver?.port,
    async close() {
      for (const { source } of sources.values()) await source.close();
      await receiver?.close();
    },
  };
}

function openSource(
  pacs: PacsConfig,
  moveTarget: MoveTarget | undefined,
  { clock, lists, log }: SourceTools,
): OpenSource {
  const guard = createGuard({ clock, limits: { associationsMax: associationsMaxOf(pacs) } });
  const source = createDimseSource({
    name: pacs.name,
    host: pacs.host,
    port: pacs.port,
    callingAeTitle: pacs.callingAeTitle,
    calledAeTitle: pacs.aeTitle,
    method: methodOf(pacs),
    moveTarget,
    guard,
    lists,
    clock,
    log: log.with({ pacs: pacs.name }),
  });
  return { source, guard };
}

function senderOf(pacs: PacsConfig, { clock }: ServiceTools): MoveSender {
  const { name, host, sendsFrom, sendsAs, aeTitle } = pacs;
  const callingAeTitles = sendsAs ?? [aeTitle];
  return new MoveSender({ pacs: name, host, sendsFrom, callingAeTitles, clock });
}

async function openReceiver(
  { receiver }: GatewayConfig,
  senders: readonly MoveSender[],
  { clock, log }: ServiceTools,
): Promise<Receiver | undefined> {
  if (receiver === undefined) return undefined;
  const opened = await startReceiver({ ...receiver, senders, clock, log });
  // A PACS may call before the first retrieve: its administrator tries the destination.
  for (const sender of senders) {
    sender.refresh().catch(() => log.warn('pacs.host_unresolved', { pacs: sender.pacs }));
  }
  return opened;
}

/** A C-MOVE needs two associations: where only one is allowed, nothing but C-GET is tried. */
function methodOf(pacs: PacsConfig): PacsConfig['retrieve'] {
  return pacs.retrieve === 'auto' && pacs.associationsMax === 1 ? 'C-GET' : pacs.retrieve;
}

/** A C-MOVE holds two: ours, and the one the PACS opens to our receiver. */
function associationsMaxOf(pacs: PacsConfig): number {
  return pacs.associationsMax ?? (pacs.retrieve === 'C-GET' ? 1 : 2);
}
