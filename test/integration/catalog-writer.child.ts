/** Feeds and publishes for ever and says what was acknowledged; its parent kills it. */
import { type FileNode, openCatalog } from '../../src/catalog/index.ts';
import { deidentified } from '../../src/flow/mint/deidentified.ts';
import type { ReplicaId } from '../../src/storage/index.ts';
import { products } from '../support/catalog-products.ts';

const [path = ''] = process.argv.slice(2);
const catalog = await openCatalog({ products, path });
const offer = { site: 'site', name: 'lung', delivery: 'open', formats: ['dcm'] } as const;
const collection = { kind: 'collection', offer } as const;
await catalog.inbox.apply([{ sequence: 1, change: collection }]);
for (;;) {
  const sequence = (await catalog.inbox.appliedSequence()) + 1;
  const series = {
    site: 'site',
    collection: 'lung',
    patientName: `p-${sequence >> 3}`,
    studyName: `t-${sequence >> 2}`,
    seriesName: `s-${sequence}`,
    instanceNames: Array.from({ length: 20 }, (_, index) => `i-${index}`),
    isHeld: true,
    metadata: deidentified({ Modality: 'CT' }),
  };
  await catalog.inbox.apply([{ sequence, change: { kind: 'series', series } }]);
  process.stdout.write(`applied ${sequence}\n`);
  const name = `/site/lung/p-${sequence >> 3}/t-${sequence >> 2}/s-${sequence}/i-7.dcm`;
  const file = (await catalog.names.resolve(name)) as FileNode;
  const id = String(sequence).padStart(32, '0') as ReplicaId;
  const version = {
    guid: 'g',
    number: sequence,
    validator: id,
    keyId: 'k',
    recipientPublicKey: new Uint8Array(32),
    plaintextSize: sequence,
    sha256: '0'.repeat(64),
    segmentDigests: new Uint8Array(32_000),
    receipt: 'r',
  };
  const replica = { id, storage: 'd', sealedSize: 1, sealedSha256: 'x', production: 'p' };
  await catalog.versions.publish({ fileId: file.id, version, replica });
  process.stdout.write(`published ${sequence}\n`);
}
