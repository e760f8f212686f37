/**
 * Whoever reaches the receiver during a C-MOVE and knows the UIDs: none of what a forger stores is
 * read, sealed or signed, and the real retrieve goes on.
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sopClass } from '../../src/dicom/index.ts';
import { openAssociation, store } from '../../src/dimse/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createHostileRoad, type HostileRoad } from '../e2e/hostile-road.ts';
import { runChild } from '../support/child.ts';
import { makeSeries, type SeriesOptions } from '../support/make-series.ts';
import { relayFrom } from '../support/relay-from.ts';
import { requireTool } from '../support/require-tool.ts';
import { honest, listSeries } from '../support/scripted-pacs.ts';
import { tempFolder } from '../support/temp.ts';

const skip = requireTool('storescu');
const shape = { slices: 12, rows: 48, columns: 48 } as const;
const explicit = '1.2.840.10008.1.2.1';

/** The same UIDs and header, other pixels. */
function forge(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes).fill(0x11, bytes.length - 1000);
}

/** Forged files of a series, for storescu. */
async function forgedFiles(t: TestContext, options: SeriesOptions): Promise<readonly string[]> {
  const folder = await tempFolder(t);
  return Promise.all(
    [...makeSeries(options)].map(async ({ file }, index) => {
      const path = join(folder, `${index}.dcm`);
      await writeFile(path, forge(file));
      return path;
    }),
  );
}

/** How many of them the receiver of `port` says that it took. */
async function storescu(
  port: number,
  aeTitle: string,
  files: readonly string[],
): Promise<{ readonly taken: number; readonly said: string }> {
  const to = ['-v', '-aet', aeTitle, '-aec', 'MDMRECV', '127.0.0.1', String(port)] as const;
  const { stdout, stderr } = await runChild(['storescu', ...to, ...files]);
  const said = stdout + stderr;
  return { taken: [...said.matchAll(/Received Store Response \(Success\)/g)].length, said };
}

/** As the PACS itself from its own address, but with a Move Originator that is guessed. */
async function storeAs(
  port: number,
  options: SeriesOptions,
  moveOriginators: readonly ({ aeTitle: string; messageId: number } | undefined)[],
): Promise<number> {
  const outcome = await openAssociation({
    host: '127.0.0.1',
    port,
    callingAeTitle: 'MOVER',
    calledAeTitle: 'MDMRECV',
    contexts: [{ abstractSyntax: sopClass.CTImageStorage, transferSyntaxes: [explicit] }],
    clock: systemClock,
  });
  assert(outcome.kind === 'accepted');
  let taken = 0;
  for (const moveOriginator of moveOriginators) {
    for (const made of makeSeries(options)) {
      const storable = { ...made, open: async () => forge(made.dataSet) };
      if ((await store(outcome.association, storable, { moveOriginator })) === 0) taken += 1;
    }
  }
  await outcome.association.release();
  return taken;
}

interface Forger {
  readonly seriesNumber: number;
  readonly attack: (t: TestContext, road: HostileRoad, options: SeriesOptions) => Promise<number>;
}

const forgers: Readonly<Record<string, Forger>> = {
  'storescu --aetitle EVIL': {
    seriesNumber: 1,
    async attack(t, road, options) {
      const { taken, said } = await storescu(
        road.receiverPort,
        'EVIL',
        await forgedFiles(t, options),
      );
      assert.match(said, /Calling AE Title Not Recognized/);
      return taken;
    },
  },
  'storescu with the right AE title from a second address': {
    seriesNumber: 2,
    async attack(t, road, options) {
      const relay = await relayFrom(t, '127.0.0.2', road.receiverPort);
      const { taken, said } = await storescu(relay, 'MOVER', await forgedFiles(t, options));
      assert.match(said, /Calling AE Title Not Recognized/);
      return taken;
    },
  },
  'storescu with the right AE title from the right address': {
    seriesNumber: 3,
    attack: async (t, road, options) =>
      (await storescu(road.receiverPort, 'MOVER', await forgedFiles(t, options))).taken,
  },
  'the right address and AE title with guessed Move Originators': {
    seriesNumber: 4,
    attack: (_, road, options) =>
      storeAs(road.receiverPort, options, [
        undefined,
        ...[0, 1, 2, 3, 7, 100].map((messageId) => ({ aeTitle: 'MDM', messageId })),
        { aeTitle: 'MOVER', messageId: 1 },
      ]),
  },
};

test('forged instances during a C-MOVE: none is taken, and the real ones come', {
  skip,
  timeout: 120_000,
}, async (t) => {
  const road = await createHostileRoad(t);
  const optionsOf = ({ seriesNumber }: Forger): SeriesOptions => ({ ...shape, seriesNumber });
  road.mover.instances = Object.values(forgers).flatMap((one) => listSeries(optionsOf(one)));
  road.getter.instances = [];
  await road.start();
  for (const [name, forger] of Object.entries(forgers)) {
    await t.test(name, async (one) => {
      let taken: number | undefined;
      road.mover.script = async (retrieve) => {
        taken ??= await forger.attack(one, road, optionsOf(forger));
        await honest(retrieve);
      };
      const outcome = await road.read(`${await road.series(forger.seriesNumber)}/volume.nii`);
      assert.equal(outcome.kind, 'whole');
      assert.equal(taken, 0, `${taken} of ${shape.slices} forged instances were taken`);
      assert(outcome.kind === 'whole');
      assert.ok(!outcome.bytes.includes(Buffer.alloc(64, 0x11)), 'nothing forged is in the volume');
    });
  }
  const log = road.gateway.stderr();
  assert.match(log, /dimse\.association\.refused.*127\.0\.0\.1.*EVIL|EVIL.*127\.0\.0\.1/);
  assert.match(log, /"remoteAddress":"127\.0\.0\.2".*"setting":"pacs\[\]\.sendsFrom"/);
  assert.match(log, /pacs\.receiver\.unexpected.*pacs\[\]\.moveOriginator/);
});
