/** Requestor and acceptor in one process over real TCP. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  type DataSet,
  dataSetOf,
  getString,
  sopClass,
  tag,
  transferSyntax,
} from '../../src/dicom/index.ts';
import {
  type Association,
  chooseFrom,
  type DimseLimits,
  dimseStatus,
  echo,
  find,
  get,
  listenForAssociations,
  openAssociation,
  provideServices,
  type ServiceHandlers,
  type StorableInstance,
  StoreFailure,
  store,
} from '../../src/dimse/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';

const explicit = transferSyntax.ExplicitVRLittleEndian;
const findModel = sopClass.StudyRootQueryRetrieveInformationModelFind;
const getModel = sopClass.StudyRootQueryRetrieveInformationModelGet;
const ct = sopClass.CTImageStorage;
const identifier = dataSetOf({ QueryRetrieveLevel: 'SERIES', SeriesInstanceUID: '1.2' });

async function associate(
  t: TestContext,
  handlers: ServiceHandlers,
  limits: Partial<DimseLimits> = {},
): Promise<Association> {
  const acceptor = await listenForAssociations({
    host: '127.0.0.1',
    port: 0,
    refuse: () => undefined,
    chooseTransferSyntax: chooseFrom({ supports: () => true, preferred: [explicit] }),
    onAssociation: (association) => provideServices(association, handlers, silentLog),
    clock: systemClock,
    log: silentLog,
    limits,
  });
  t.after(() => acceptor.close());
  const outcome = await openAssociation({
    host: '127.0.0.1',
    port: acceptor.port,
    callingAeTitle: 'SCU',
    calledAeTitle: 'SCP',
    contexts: [
      ...[sopClass.Verification, findModel, getModel].map((abstractSyntax) => ({
        abstractSyntax,
        transferSyntaxes: [explicit],
      })),
      { abstractSyntax: ct, transferSyntaxes: [explicit], asScp: true },
      { abstractSyntax: sopClass.MRImageStorage, transferSyntaxes: [explicit] },
    ],
    clock: systemClock,
    limits,
  });
  assert(outcome.kind === 'accepted');
  return outcome.association;
}

const patternOf = (size: number, seed: number): Uint8Array =>
  Uint8Array.from({ length: size }, (_, index) => (index * 31 + seed * 7 + (index >> 8)) & 0xff);

function instanceOf(seed: number, bytes: Uint8Array, chunkSize?: number): StorableInstance {
  const stream = async function* (): AsyncGenerator<Uint8Array> {
    const memory = new Uint8Array(chunkSize ?? 1);
    for (let at = 0; at < bytes.length; at += memory.length) {
      const chunk = bytes.subarray(at, at + memory.length);
      memory.set(chunk); // one memory for all chunks, as a reader of a file has
      yield memory.subarray(0, chunk.length);
    }
  };
  return {
    sopClassUid: ct,
    sopInstanceUid: `1.2.3.${seed}`,
    transferSyntaxUid: explicit,
    open: async () => (chunkSize === undefined ? bytes : stream()),
  };
}

test('instances come through C-GET whole, whatever their size, chunks and PDU length', async (t) => {
  const sizes = [0, 1, 2, 249, 250, 251, 4096, 100_001];
  for (const pduLengthMax of [256, 4096, 131_072]) {
    for (const chunkSize of [undefined, 1000, 70_000]) {
      const instances = sizes.map((size, seed) =>
        instanceOf(seed, patternOf(size, seed), chunkSize),
      );
      const association = await associate(t, { get: async () => instances }, { pduLengthMax });
      const came: Buffer[] = [];
      const { status, completed } = await get(association, {
        sopClassUid: getModel,
        identifier,
        onStore: () => {
          const chunks: Buffer[] = [];
          return {
            write: (chunk) => void chunks.push(Buffer.from(chunk)),
            end: async () => void came.push(Buffer.concat(chunks)),
            abort() {},
          };
        },
      });
      assert.deepEqual([status, completed], [0, sizes.length]);
      came.forEach((bytes, seed) => {
        assert(bytes.equals(patternOf(sizes[seed] ?? 0, seed)), `instance ${seed}`);
      });
      await association.release();
    }
  }
});

test('a sink that waits stops the sender, and goes on where it stopped', async (t) => {
  const size = 64 * 1024 * 1024;
  let sent = 0;
  const chunk = new Uint8Array(256 * 1024).fill(7);
  const instance: StorableInstance = {
    ...instanceOf(1, new Uint8Array(0)),
    open: async () =>
      (async function* () {
        for (; sent < size; sent += chunk.length) yield chunk;
      })(),
  };
  const association = await associate(t, { get: async () => [instance] });
  const gate = Promise.withResolvers<void>();
  const blocked = Promise.withResolvers<void>();
  let received = 0;
  const done = get(association, {
    sopClassUid: getModel,
    identifier,
    onStore: () => ({
      write(bytes) {
        received += bytes.length;
        assert(bytes.every((byte) => byte === 7));
        if (received > chunk.length) return undefined;
        blocked.resolve();
        return gate.promise;
      },
      end: async () => {},
      abort() {},
    }),
  });
  await blocked.promise;
  // Nothing is read while the sink waits: the sender can fill the kernel's buffers and no more.
  let before = -1;
  for (let round = 0; round < 200 && before !== sent; round += 1) {
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert(sent < size, `the sender stopped at ${sent}`);
  gate.resolve();
  assert.equal((await done).status, 0);
  assert.equal(received, size);
});

test('leaving a query early cancels it, and the association can be used again', async (t) => {
  let given = 0;
  let wasCancelled = false;
  const association = await associate(t, {
    find: async function* ({ signal }): AsyncGenerator<DataSet> {
      for (; given < 1_000_000 && !signal.aborted; given += 1) {
        yield dataSetOf({ PatientID: `P${given}` });
      }
      wasCancelled = signal.aborted;
    },
  });
  const seen: string[] = [];
  for await (const answer of find(association, { sopClassUid: findModel, identifier })) {
    seen.push(getString(answer, tag.PatientID) ?? '');
    if (seen.length === 3) break;
  }
  assert.deepEqual(seen, ['P0', 'P1', 'P2']);
  assert(wasCancelled && given < 1_000_000);
  assert.equal(await echo(association), dimseStatus.success);
});

test('a C-GET that is cancelled ends with its reason; the association can be used again', async (t) => {
  const instances = Array.from({ length: 1000 }, (_, seed) =>
    instanceOf(seed, patternOf(5000, seed)),
  );
  const association = await associate(t, { get: async () => instances });
  const stop = new AbortController();
  let stored = 0;
  const result = get(association, {
    sopClassUid: getModel,
    identifier,
    signal: stop.signal,
    onStore: () => {
      stored += 1;
      if (stored === 5) stop.abort(new Error('enough'));
      return { write() {}, end: async () => {}, abort() {} };
    },
  });
  await assert.rejects(result, /enough/);
  assert(stored < 1000);
  assert.equal(await echo(association), dimseStatus.success);
});

test('an aborted signal during C-ECHO and a local abort destroy the association', async (t) => {
  const association = await associate(t, {});
  await assert.rejects(echo(association, { signal: AbortSignal.abort(new Error('left')) }), /left/);
  association.abort(new Error('over'));
  const end = await association.ended;
  assert.equal(end.kind, 'aborted-by-us');
  await assert.rejects(echo(association), /over/);
});

test('a store nobody serves is refused with a status, its data set read', async (t) => {
  const association = await associate(t, {});
  const mr = { ...instanceOf(1, patternOf(300_000, 1)), sopClassUid: sopClass.MRImageStorage };
  assert.equal(await store(association, mr), dimseStatus.notAuthorized);
  assert.equal(await echo(association), dimseStatus.success);
});

test('the sink decides the status; a failing one costs its instance only', async (t) => {
  const statuses = [dimseStatus.outOfResources, 0xc123];
  const failures = statuses.map((status) => new StoreFailure(status));
  const association = await associate(t, {
    store: () => ({
      write() {},
      async end() {
        const failure = failures.shift();
        if (failure !== undefined) throw failure;
      },
      abort() {},
    }),
  });
  const mr = { ...instanceOf(1, patternOf(1000, 1)), sopClassUid: sopClass.MRImageStorage };
  assert.equal(await store(association, mr), 0xa700);
  assert.equal(await store(association, mr), 0xc123);
  assert.equal(await store(association, mr), 0);
});

test('an instance without an accepted context fails alone, and is listed', async (t) => {
  const other = {
    ...instanceOf(2, patternOf(10, 2)),
    sopClassUid: sopClass.UltrasoundImageStorage,
  };
  const association = await associate(t, {
    get: async () => [instanceOf(1, patternOf(10, 1)), other, instanceOf(3, patternOf(10, 3))],
  });
  const { status, completed, failed } = await get(association, {
    sopClassUid: getModel,
    identifier,
    onStore: () => ({ write() {}, end: async () => {}, abort() {} }),
  });
  assert.deepEqual([status, completed, failed], [dimseStatus.subOperationsFailed, 2, 1]);
});
