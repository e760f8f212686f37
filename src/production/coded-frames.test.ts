import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encapsulate } from '../../test/support/encapsulate.ts';
import { encodeLossless } from '../../test/support/lossless-jpeg.ts';
import { type MadeInstance, makeSeries } from '../../test/support/make-series.ts';
import type { TestElement } from '../../test/support/part10-writer.ts';
import {
  instanceOf,
  jobOf,
  jobSeries,
  nameOf,
  openWorkshop,
  plaintextOf,
  producedOf,
  resultsOf,
  targetOf,
} from '../../test/support/production.ts';
import { createDeidentifier } from '../deid/index.ts';
import { decodeDataSet, transferSyntax } from '../dicom/index.ts';
import { identify } from '../flow/mint/identified.ts';
import { concatBytes } from '../lib/bytes/bytes.ts';
import { createFrameDecoder, type FrameDecoder, pixelErrors } from '../pixel/index.ts';
import type { ProductionJob, ProductionTarget } from './index.ts';

const [rows, columns, slices] = [6, 8, 12];
const size = { rows, columns, slices, records: false } as const;
const native = jobSeries(size);

type Change = (frame: Uint8Array) => readonly Uint8Array[];

/** The same instances with their frames as lossless JPEG, those of one changed. */
async function* coded(
  order: readonly number[],
  broken?: {
    readonly index: number;
    readonly change: Change;
    readonly edit?: readonly TestElement[];
  },
): ProductionJob['instances'] {
  const edit = (index: number) => (index === broken?.index ? (broken.edit ?? []) : []);
  const all = [...makeSeries({ ...size, edit })];
  for (const index of order) {
    const made = all[index];
    assert(made !== undefined);
    const frames = index === broken?.index ? broken.change(frameOf(made)) : [frameOf(made)];
    yield { name: nameOf(made), instance: identify(instanceOf(codedOf(made, frames))) };
  }
}

function frameOf({ pixels }: MadeInstance): Uint8Array {
  const samples = new Uint16Array(new Uint8Array(pixels).buffer);
  return encodeLossless(samples, { rows, columns, precision: 16 });
}

function codedOf(made: MadeInstance, frames: readonly Uint8Array[]): MadeInstance {
  const header = decodeDataSet(made.dataSet, made.transferSyntaxUid);
  const transferSyntaxUid = transferSyntax.JPEGLosslessSV1;
  return { ...made, transferSyntaxUid, dataSet: encapsulate(header, transferSyntaxUid, frames) };
}

const ascending = Array.from({ length: slices }, (_, index) => index);

/** Coded data that end before the last sample. */
const cut: Change = (frame) => [
  concatBytes([frame.subarray(0, frame.length - 12), frame.subarray(-2)]),
];
/** Another height than the header says. */
const higher = (frame: Uint8Array): Uint8Array => {
  const other = new Uint8Array(frame);
  other[Buffer.from(frame).indexOf('ffc3', 0, 'hex') + 6] = rows + 1;
  return other;
};

test('compressed frames make the volume that native ones make, in any order', async (t) => {
  const workshop = await openWorkshop(t);
  const make = async (instances: ProductionJob['instances']): Promise<Buffer> => {
    const job = jobOf(workshop, native, { instances });
    const results = await resultsOf(workshop.production.produce(job));
    return plaintextOf(workshop, producedOf(results, 1));
  };
  const expected = await make(jobOf(workshop, native).instances);
  assert.deepEqual(await make(coded(ascending)), expected);
  assert.deepEqual(await make(coded(ascending.toReversed())), expected);
});

for (const [what, code, change, edit] of [
  ['ends early', 'DEID_COMPRESSED_UNCHECKED', cut, []],
  ['is another image', 'DEID_FRAME_MISMATCH', (frame) => [higher(frame)], []],
  [
    'ends early before one that is another image',
    'DEID_COMPRESSED_UNCHECKED',
    (frame) => [...cut(frame), higher(frame)],
    [[0x00280008, 'IS', '2']],
  ],
] as const satisfies readonly (readonly [string, string, Change, readonly TestElement[]])[]) {
  test(`a frame that ${what} has one reason, whatever files are wanted and whenever it comes`, async (t) => {
    const workshop = await openWorkshop(t);
    for (const index of [0, 5, slices - 1]) {
      const instanceName = native.names[index];
      const volume = targetOf({ fileId: 1 });
      const file = targetOf({ fileId: 2, product: 'dcm', instanceName });
      const text = targetOf({ fileId: 3, product: 'json' });
      for (const targets of [[volume], [file], [volume, file], [text], [text, volume]]) {
        const instances = coded(ascending, { index, change, edit });
        assert.deepEqual(
          await refusals(targets, instances),
          targets.map(() => code),
        );
      }
    }

    async function refusals(
      targets: readonly ProductionTarget[],
      instances: ProductionJob['instances'],
    ): Promise<readonly string[]> {
      const headersOnly = targets.every(({ product }) => product === 'json');
      const job = jobOf(workshop, native, { targets, instances, headersOnly });
      const results = await resultsOf(workshop.production.produce(job));
      return results.map((result) => (result.kind === 'refused' ? result.code : result.kind));
    }
  });
}

test('a frame that nobody could read does not leave, and nothing is proven of it', async (t) => {
  const workshop = await openWorkshop(t);
  const real = createFrameDecoder({ threads: 1 });
  const lost = 3;
  for (const target of [
    targetOf({ fileId: 1 }),
    targetOf({ fileId: 2, product: 'dcm', instanceName: native.names[lost] }),
    // It would say why the stack is refused.
    targetOf({ fileId: 3, product: 'qc.json' }),
  ]) {
    let reads = 0;
    const decoder: FrameDecoder = {
      decode: (...given) => real.decode(...given),
      async read(request) {
        reads += 1;
        if (reads === lost + 1) throw pixelErrors.create('PIXEL_THREAD_ENDED');
        return real.read(request);
      },
      close: () => real.close(),
    };
    const deidentifier = createDeidentifier({ collectionKey: new Uint8Array(32).fill(7), decoder });
    const targets = [target];
    const job = jobOf(workshop, native, { targets, deidentifier, instances: coded(ascending) });
    const results = await resultsOf(workshop.production.produce(job));
    assert.deepEqual(
      results.map((result) => (result.kind === 'refused' ? result.code : result.kind)),
      ['DEID_FRAME_UNREAD'],
    );
  }
  await real.close();
});
