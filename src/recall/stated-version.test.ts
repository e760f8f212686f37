import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  buildTown,
  type MemoryPacs,
  memoryPacs,
  type Town,
} from '../../test/support/recall-town.ts';
import type { FileNode, FileVersion } from '../catalog/catalog.ts';
import { verifyVersion } from '../seal/index.ts';

const small = { slices: 5, rows: 16, columns: 12 } as const;

async function produce(town: Town, file: FileNode): Promise<FileNode> {
  const ticket = await town.engine.request(file, { caller: 'ada', priority: 'interactive' });
  try {
    return await ticket.settled({});
  } finally {
    ticket.detach();
    await settled(town, ticket.recallId);
  }
}

/** Until the row of the recall is settled, who asks joins it. */
async function settled(town: Town, id: number): Promise<void> {
  for (let turn = 0; turn < 1000; turn += 1) {
    const row = await town.engine.state(id);
    if (row?.state === 'done' || row?.state === 'failed') return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.fail('the recall settles');
}

type Rows = (file: FileNode) => FileNode;

interface TamperedTown {
  readonly town: Town;
  /** Produce a file anew, while the rows of its series are so. */
  readonly produceWith: (file: FileNode, rows: Rows) => Promise<FileNode>;
}

/** A town in whose catalog somebody changes rows. */
async function tamperedTown(t: TestContext, pacs: MemoryPacs): Promise<TamperedTown> {
  let change: Rows = (file) => file;
  const town = await buildTown(t, pacs, {
    change: (ports) => {
      const { names } = ports.catalog;
      const filesOf: typeof names.filesOf = async (id) => (await names.filesOf(id)).map(change);
      return { ...ports, catalog: { ...ports.catalog, names: { ...names, filesOf } } };
    },
  });
  return {
    town,
    produceWith: async (file, rows) => {
      change = (each) => (each.id === file.id ? rows({ ...each, replica: undefined }) : each);
      return produce(town, file);
    },
  };
}

/** With this in the row of its version. */
function withVersion(version: Partial<FileVersion>): Rows {
  return (file) => {
    assert(file.version !== undefined);
    return { ...file, version: { ...file.version, ...version } };
  };
}

test('nothing is sealed to a key of the catalog that this side did not state', {
  timeout: 30_000,
}, async (t) => {
  const pacs = memoryPacs('pacs', [small, { ...small, seed: 2 }]);
  const { town, produceWith } = await tamperedTown(t, pacs);
  const one = await produce(town, await town.file('.nii', 0));
  const other = await produce(town, await town.file('.nii', 1));
  assert(one.version !== undefined && other.version !== undefined);
  const { keys, producers } = town.workshop;
  const made = keys.length;
  const thief = { recipientPublicKey: new Uint8Array(32).fill(9), keyId: 'thief' };
  // The statement says which key it is, whatever stands beside it.
  assert.equal((await produceWith(one, withVersion(thief))).version?.number, 1);
  assert.equal(keys.length, made);
  const swaps = [
    { receipt: other.version.receipt },
    { segmentDigests: other.version.segmentDigests },
    { receipt: other.version.receipt, segmentDigests: other.version.segmentDigests },
    { receipt: one.version.receipt.replace('mdm-receipt', 'mdm-receipu') },
  ];
  for (const [index, swap] of swaps.entries()) {
    const { version } = await produceWith(one, withVersion(swap));
    const { version: stated } = await verifyVersion(version?.receipt ?? '', producers);
    assert.deepEqual([stated.version, stated.guid], [index + 2, one.version.guid]);
    const key = keys.at(-1);
    const publicKey = Buffer.from(key?.recipientPublicKey ?? []).toString('base64url');
    assert.deepEqual([stated.keyId, stated.recipientPublicKey], [key?.keyId, publicKey]);
  }
});

test('a version that is older than the newest stated one is not produced again', {
  timeout: 30_000,
}, async (t) => {
  const { town, produceWith } = await tamperedTown(t, memoryPacs('pacs', [small]));
  const first = await produce(town, await town.file('.nii'));
  await town.catalog.versions.supersede(first.id);
  const second = await produce(town, await town.file('.nii'));
  assert.equal(second.version?.number, 2);
  const third = await produceWith(second, (file) => ({ ...file, version: first.version }));
  assert.equal(third.version?.number, 3);
});

test('a row that names another file makes that file, and says so', {
  timeout: 30_000,
}, async (t) => {
  const pacs = memoryPacs('pacs', [small]);
  const { town, produceWith } = await tamperedTown(t, pacs);
  const [one, other] = (await town.files()).filter(({ name }) => name.endsWith('.dcm'));
  assert(one !== undefined && other !== undefined);
  const made = await produceWith(one, (file) => ({ ...file, name: other.name }));
  const { version } = await verifyVersion(made.version?.receipt ?? '', town.workshop.producers);
  assert.equal(version.name.split('/').at(-1), other.name);
});
