import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SeriesOptions } from '../../test/support/make-series.ts';
import type { TestElement } from '../../test/support/part10-writer.ts';
import { buildTown, memoryPacs, type Town } from '../../test/support/recall-town.ts';
import type { FileNode } from '../catalog/catalog.ts';
import { elementOf } from '../dicom/index.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';

/** The second slice was repeated before the others came. */
const repeated: SeriesOptions = {
  slices: 5,
  rows: 16,
  columns: 12,
  edit: (index): readonly TestElement[] =>
    index < 2 ? [] : [[0x00200032, 'DS', [-10, -20, 30 + 1.5 * (index - 1)]]],
};
const correction = 'pick-first-duplicate.nii';

/** Ask for a file: its name, or the code. */
async function ask(town: Town, file: FileNode): Promise<string> {
  const ticket = await town.engine.request(file, { caller: 'ada', priority: 'interactive' });
  try {
    return (await ticket.settled({})).name;
  } catch (error) {
    return codeOf(error) ?? String(error);
  } finally {
    ticket.detach();
  }
}

async function fileAt(town: Town, name: string): Promise<FileNode> {
  const { seriesId } = await town.file('.nii');
  const series = await town.catalog.names.series(seriesId);
  const file = await town.catalog.names.resolve(`${series?.path}/${name}`);
  assert(file?.kind === 'file', `${name} is there`);
  return file;
}

/** Names of the files of its stacks. */
async function stackFiles(town: Town): Promise<readonly string[]> {
  const { seriesId } = await town.file('.nii');
  const files = await town.catalog.names.filesOf(seriesId);
  return files.flatMap(({ name, stackName }) => (stackName === undefined ? [] : [name]));
}

test('who asks for a volume that is refused finds what there is of its stack instead', async (t) => {
  const town = await buildTown(t, memoryPacs('pacs', [repeated]));
  assert.equal(await ask(town, await town.file('.nii')), 'RECALL_GEOMETRY_REFUSED');
  const plain = await fileAt(town, 'volume.nii');
  assert.deepEqual([plain.refusal, plain.listed], ['VOLUME_DUPLICATE_POSITION', false]);
  const stem = plain.stackName ?? '';
  assert.equal(plain.name, `${stem}.nii`);
  const offered = [correction, `${correction}.gz`, 'qc.json'].map((form) => `${stem}.${form}`);
  for (const name of await stackFiles(town)) {
    const answer = await ask(town, await fileAt(town, name));
    assert.equal(answer, offered.includes(name) ? name : 'RECALL_GEOMETRY_REFUSED');
  }
  assert.equal((await fileAt(town, 'volume.qc.json')).name, `${stem}.qc.json`);
});

test('a correction is had without asking for the volume first; of a volume there is none', async (t) => {
  const town = await buildTown(t, memoryPacs('pacs', [repeated]));
  const name = await ask(town, await fileAt(town, `volume.${correction}`));
  assert.match(name, /^v-[0-9a-z]{16}\.pick-first-duplicate\.nii$/);
  const whole = await buildTown(t, memoryPacs('pacs', [{ ...repeated, edit: () => [] }]));
  const file = await fileAt(whole, `volume.${correction}`);
  assert.equal(await ask(whole, file), 'RECALL_GEOMETRY_REFUSED');
  const refused = await fileAt(whole, `volume.${correction}`);
  assert.equal(refused.refusal, 'VOLUME_NOTHING_TO_CORRECT');
});

test('a stack of which too little came is told of nothing', async (t) => {
  const pacs = memoryPacs('pacs', [repeated]);
  pacs.behave.retrieve = (asked) => asked.slice(1);
  const town = await buildTown(t, pacs);
  for (const name of ['volume.qc.json', `volume.${correction}`]) {
    assert.equal(await ask(town, await fileAt(town, name)), 'RECALL_INCOMPLETE');
  }
  assert.deepEqual(await stackFiles(town), []);
});

test('a list that gives each slice a place of its own changes nothing of it', async (t) => {
  const truthful = await buildTown(t, memoryPacs('pacs', [repeated]));
  const pacs = memoryPacs('pacs', [repeated]);
  pacs.behave.expected = ({ list, ...truth }) => ({
    ...truth,
    list: list && {
      ...list,
      instances: list.instances.map((each, index) => {
        const { tag: position, ...element } = elementOf(0x00200032, [-10, -20, 30 + 1.5 * index]);
        const record = new Map([...each.record, [position, { tag: position, ...element }]]);
        return { ...each, record };
      }),
    },
  });
  const town = await buildTown(t, pacs);
  for (const [name, retrieves] of [
    [correction, 2],
    ['qc.json', 3],
  ] as const) {
    const asked = [truthful, town].map(async (each) =>
      ask(each, await fileAt(each, `volume.${name}`)),
    );
    const [made = '', other] = await Promise.all(asked);
    assert.deepEqual([made.endsWith(name), other], [true, made]);
    const digests = [await fileAt(truthful, made), await fileAt(town, made)].map(
      ({ version }) => version?.sha256,
    );
    assert.equal(new Set(digests).size, 1);
    assert.equal(pacs.retrieves.length, retrieves);
  }
});
