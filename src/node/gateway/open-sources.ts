import type { Guard } from '../../pacs/guard/index.ts';
import { createGuard } from '../../pacs/guard/index.ts';
import { createDimseSource, type DimseSourceOptions } from '../../pacs/kinds/dimse/index.ts';
import type { PacsSource } from '../../pacs/pacs-source.ts';
import { type Receiver, startReceiver } from '../../pacs/receiver/index.ts';
import type { GatewayConfig } from '../config/gateway-config.ts';
import { nodeErrors } from '../errors.ts';
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

/** Open the sources of a configuration; contacts no PACS yet. */
export async function openSources(
  config: GatewayConfig,
  tools: ServiceTools & Pick<DimseSourceOptions, 'lists'>,
): Promise<OpenSources> {
  checkMoves(config);
  const { clock, lists, log } = tools;
  const receiver: Receiver | undefined =
    config.receiver === undefined
      ? undefined
      : await startReceiver({ ...config.receiver, clock, log });
  const sources = new Map<string, OpenSource>();
  for (const pacs of config.pacs) {
    const guard = createGuard({ clock, limits: { associationsMax: associationsMaxOf(pacs) } });
    const source = createDimseSource({
      name: pacs.name,
      host: pacs.host,
      port: pacs.port,
      callingAeTitle: pacs.callingAeTitle,
      calledAeTitle: pacs.aeTitle,
      method: methodOf(pacs),
      receiver,
      guard,
      lists,
      clock,
      log: log.with({ pacs: pacs.name }),
    });
    sources.set(pacs.name, { source, guard });
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

/** A C-MOVE needs two associations: where only one is allowed, nothing but C-GET is tried. */
function methodOf(pacs: GatewayConfig['pacs'][number]): GatewayConfig['pacs'][number]['retrieve'] {
  return pacs.retrieve === 'auto' && pacs.associationsMax === 1 ? 'C-GET' : pacs.retrieve;
}

/** A C-MOVE holds two: ours, and the one the PACS opens to our receiver. */
function associationsMaxOf(pacs: GatewayConfig['pacs'][number]): number {
  return pacs.associationsMax ?? (pacs.retrieve === 'C-GET' ? 1 : 2);
}

function checkMoves(config: GatewayConfig): void {
  for (const [index, pacs] of config.pacs.entries()) {
    if (pacs.retrieve === 'C-MOVE' && config.receiver === undefined) {
      const message = `pacs.${index}.retrieve: C-MOVE needs the setting "receiver"`;
      throw nodeErrors.create('CONFIG_INVALID', { message });
    }
    if (pacs.retrieve === 'C-MOVE' && associationsMaxOf(pacs) < 2) {
      const message = `pacs.${index}.associationsMax: a C-MOVE needs 2, one in each direction`;
      throw nodeErrors.create('CONFIG_INVALID', { message });
    }
  }
}
