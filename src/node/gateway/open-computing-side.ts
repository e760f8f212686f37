import {
  AnchorFile,
  type Audit,
  acceptedGaps,
  type CheckBeside,
  checkBeside,
  openAudit,
} from '../../audit/index.ts';
import { type Catalog, openCatalog } from '../../catalog/index.ts';
import { productionEdition, products } from '../../production/index.ts';
import { openDiskStorage } from '../../storage/backends/disk/index.ts';
import type { Storage } from '../../storage/storage.ts';
import type { GatewayContext } from './context.ts';
import { gatewayRecord } from './gateway-record.ts';
import { removeStrayReplicas } from './remove-stray-replicas.ts';

/** What rests on the computing side: ciphertext, and nothing that identifies a patient. */
export interface ComputingSide {
  readonly audit: Audit;
  readonly auditCheck: CheckBeside;
  /** How far the records of others are, and what they showed of ours. */
  readonly auditAnchors: AnchorFile;
  readonly storage: Storage;
  readonly catalog: Catalog;
}

/** Open the stores of the computing side; what a crash left over is removed. */
export async function openComputingSide(context: GatewayContext): Promise<ComputingSide> {
  const { config, tools, teardown } = context;
  const { clock, random, log } = tools;
  const folders = context.folders.computing;
  const auditAnchors = await AnchorFile.open(folders.auditAnchors);
  const { audit: path, auditHead: headFile } = folders;
  const audit = await openAudit({ path, headFile, anchors: auditAnchors.missed, clock, log });
  teardown.add(() => audit.close());
  // It goes through them, or they were accepted.
  await auditAnchors.forgetMissed();
  const known = await acceptedGaps(path);
  const auditCheck = checkBeside({ verify: gatewayRecord(context).verify, known, clock, log });
  teardown.add(() => auditCheck.stop());
  const storage = await openDiskStorage({
    name: 'disk',
    path: folders.replicas,
    capacityBytes: config.storage.limit,
    clock,
    log,
  });
  const catalog = await openCatalog({
    path: folders.catalog,
    clock,
    random,
    products,
    edition: productionEdition(),
  });
  teardown.add(() => catalog.close());
  await removeStrayReplicas({ storage, versions: catalog.versions, log });
  return { audit, auditCheck, auditAnchors, storage, catalog };
}
