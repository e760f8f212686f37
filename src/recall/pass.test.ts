import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildTown, memoryPacs, type Town } from '../../test/support/recall-town.ts';
import { catalogLimits } from '../catalog/limits.ts';
import {
  type DataSet,
  elementOf,
  getNumbers,
  sopClass,
  tag,
  transferSyntax,
} from '../dicom/index.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import { jsonLog } from '../lib/log.ts';
import type { FollowedReplica } from './port.ts';

const small = { slices: 5, rows: 16, columns: 12 } as const;

/** Ask for the volume: its file's state, or the code. */
async function askVolume(town: Town): Promise<string> {
  const ticket = await town.engine.request(await town.file('.nii'), {
    caller: 'ada',
    priority: 'interactive',
  });
  try {
    return (await ticket.settled({})).state;
  } catch (error) {
    return codeOf(error) ?? String(error);
  } finally {
    ticket.detach();
  }
}

test('a list that gives other places than the headers costs a second retrieve, not the volume', async (t) => {
  const truthful = await buildTown(t, memoryPacs('pacs', [small]));
  assert.equal(await askVolume(truthful), 'published');
  const pacs = memoryPacs('pacs', [small]);
  pacs.behave.expected = ({ list, ...truth }) => ({
    ...truth,
    list: list && {
      ...list,
      instances: list.instances.map((each, index) =>
        index < 4 ? each : { ...each, record: movedBy(each.record, 0.05) },
      ),
    },
  });
  const logged: string[] = [];
  const log = jsonLog({ write: (line) => void logged.push(line), nowMs: () => 0 });
  const town = await buildTown(t, pacs, { change: (ports) => ({ ...ports, log }) });
  const file = await town.file('.nii');
  let isToldStill: boolean | undefined;
  pacs.behave.before = async () => {
    if (pacs.retrieves.length === 2) isToldStill ??= town.engine.growing(file.id) !== undefined;
  };
  const ticket = await town.engine.request(file, { caller: 'ada', priority: 'interactive' });
  const followed = await ticket.following({});
  // Its size and validators die with it; whoever reads it is cut off, and who asks again gets the file.
  await assert.rejects(sealedBytesOf(followed), { code: 'RECALL_ABORTED' });
  assert.notEqual(town.engine.growing(file.id)?.validators.plain, followed.validators.plain);
  const published = await ticket.settled({});
  assert.notEqual(published.version?.validator, followed.validators.plain);
  assert.equal(pacs.retrieves.length, 2);
  assert.equal(isToldStill, false, 'nothing is told of it before the other grows');
  assert.match(logged.join(), /recall\.list_misplaces/);
  const digests = [await truthful.file('.nii'), await town.file('.nii')].map(
    ({ version }) => version?.sha256,
  );
  assert.equal(new Set(digests).size, 1);
});

async function sealedBytesOf(followed: FollowedReplica): Promise<void> {
  for await (const _ of followed.sealedBytes(0, {}));
}

/** An answer whose position is so many millimetres higher. */
function movedBy(record: DataSet, mm: number): DataSet {
  const [x = 0, y = 0, z = 0] = getNumbers(record, tag.ImagePositionPatient);
  const moved = elementOf(tag.ImagePositionPatient, [x, y, z + mm]);
  return new Map([...record, [moved.tag, moved]]);
}

test('raw data beside the slices end no volume, whether the archive can send them or not', async (t) => {
  for (const sent of [true, false]) {
    const pacs = memoryPacs('pacs', [
      {
        ...small,
        edit: (index) => (index === 4 ? [[0x00080016, 'UI', sopClass.RawDataStorage]] : []),
      },
    ]);
    // The object's own bytes are those of no image: nothing behind the header.
    pacs.behave.instance = (made) =>
      made.index === 4 ? { sopClassUid: sopClass.RawDataStorage, dropBytes: pixelBytes } : {};
    pacs.behave.retrieve = (asked) => (sent ? asked : asked.filter(({ index }) => index !== 4));
    const town = await buildTown(t, pacs);
    assert.equal(await askVolume(town), 'published');
  }
});

const pixelBytes = 12 + small.rows * small.columns * 2;

test('what no configured archive holds is unavailable, and not lost', async (t) => {
  const pacs = memoryPacs('pacs', [small]);
  const town = await buildTown(t, pacs, { change: (ports) => ({ ...ports, sources: new Map() }) });
  assert.equal(await askVolume(town), 'RECALL_NO_ARCHIVE');
});

test('what came broken is asked for again by the next reader, for it may be repaired', async (t) => {
  const pacs = memoryPacs('pacs', [small]);
  pacs.behave.instance = ({ index }) => (index === 2 ? { dropBytes: 50 } : {});
  const town = await buildTown(t, pacs);
  assert.equal(await askVolume(town), 'RECALL_OBJECT_DAMAGED');
  pacs.behave = {};
  assert.equal(await askVolume(town), 'published');
});

test('a decoder that was too slow is no refusal to remember', async (t) => {
  let slow = 1;
  const town = await buildTown(t, memoryPacs('pacs', [small]), {
    change: (ports) => ({
      ...ports,
      production: {
        async *produce(job) {
          if (slow-- <= 0) return yield* ports.production.produce(job);
          for (const { fileId } of job.targets) {
            yield { kind: 'refused', fileId, code: 'VOLUME_DECODER_FAILED' };
          }
        },
      },
    }),
  });
  assert.notEqual(await askVolume(town), 'published');
  assert.equal(await askVolume(town), 'published');
});

test('a refusal is not remembered for ever', async (t) => {
  const pacs = memoryPacs('pacs', [small]);
  pacs.behave.instance = (made) =>
    made.index === 2 ? { transferSyntaxUid: transferSyntax.MPEG2MPML } : {};
  const town = await buildTown(t, pacs);
  assert.equal(await askVolume(town), 'RECALL_WITHHELD');
  pacs.behave = {};
  town.clock.advance(catalogLimits.refusalKeptMs - 1);
  assert.equal(await askVolume(town), 'RECALL_WITHHELD');
  assert.equal(pacs.retrieves.length, 1);
  town.clock.advance(1);
  assert.equal(await askVolume(town), 'published');
});
