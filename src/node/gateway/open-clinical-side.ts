import { availableParallelism } from 'node:os';
import {
  type ClinicalIndex,
  createIndexCipher,
  openClinicalIndex,
} from '../../pacs/index/index.ts';
import { createFrameDecoder } from '../../pixel/index.ts';
import { createProduction, createSpill } from '../../production/index.ts';
import { createRecallEngine, type RecallEngine } from '../../recall/engine.ts';
import { createRegistration, type Registration } from '../../registration/index.ts';
import { createSealer } from '../../seal/index.ts';
import type { GatewayContext } from './context.ts';
import { openCollections, policyIdOf } from './open-collections.ts';
import type { ComputingSide } from './open-computing-side.ts';
import { keyDeposits } from './open-key-client.ts';
import type { KeysSide } from './open-keys-side.ts';
import { type OpenSources, openSources } from './open-sources.ts';

/** Both roads out of the hospital. */
export interface ClinicalSide {
  readonly index: ClinicalIndex;
  readonly registration: Registration;
  readonly recall: RecallEngine;
  readonly opened: OpenSources;
}

/** Open the clinical index, the collections and the sources; contacts no PACS yet. */
export async function openClinicalSide(
  context: GatewayContext,
  { catalog, storage }: ComputingSide,
  { keyServers, serverNames, threshold, tellKeyServers }: KeysSide,
): Promise<ClinicalSide> {
  const { config, tools, keys, teardown } = context;
  const { clock, random, log } = tools;
  const folders = context.folders.clinical;
  const cipher = createIndexCipher({ hospitalKey: keys.hospitalKey, random });
  const index = await openClinicalIndex({ path: folders.index, cipher, clock, random });
  teardown.add(() => index.close());
  const decoder = createFrameDecoder({ threads: availableParallelism(), clock });
  teardown.add(() => decoder.close());
  const collections = await openCollections(config, {
    ...tools,
    cipher,
    index,
    decoder,
    folder: folders.collectionKeys,
  });
  const opened = await openSources(config, { ...tools, lists: index.lists });
  teardown.add(() => opened.close());
  const sealer = createSealer();
  teardown.add(() => sealer.close());
  const recall = createRecallEngine({
    site: config.site,
    producers: keys.producers,
    catalog,
    index,
    storage,
    clock,
    log,
    sources: new Map([...opened.sources].map(([name, { source }]) => [name, source])),
    collections: new Map(
      collections.map(({ offer, deidentifier }) => [
        offer.name,
        { policyId: policyIdOf(config.site, offer.name), deidentifier },
      ]),
    ),
    production: createProduction({
      storage,
      sealer,
      deposits: keyDeposits(keyServers, { serverNames, threshold }),
      spill: createSpill({ folder: folders.spill, random }),
      signer: keys.producer,
      clock,
      random,
    }),
  });
  teardown.add(() => recall.stop());
  const registration = createRegistration({
    index,
    inbox: catalog.inbox,
    collections,
    archives: config.pacs.map(({ name }) => name),
    onFed: async () => {
      await tellKeyServers();
      await recall.dropUnserved();
    },
    clock,
    log,
  });
  return { index, registration, recall, opened };
}
