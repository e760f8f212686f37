/**
 * What a patient is known by is planted everywhere in an archive. After listing, reading and
 * failing in every way, no byte of the computing side, of a log or of an answer says any of it, and
 * the clinical side keeps it under its own key.
 */
import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { requireData, testData } from '../support/data.ts';
import { makeSeries, seriesIdentity } from '../support/make-series.ts';
import type { TestElement } from '../support/part10-writer.ts';
import { type Story, startStory } from './story.ts';

const skip = requireData('deident/phi-everywhere.dcm', 'deident/key.json');

/** In place of names, identifiers, places and free text; no other text contains them. */
const planted = {
  patientName: 'CANARYNAME^QUETZAL',
  patientId: 'CANARYID77341',
  birthDate: '19231107',
  institution: 'CANARYHOSPITAL ZYXW',
  accession: 'CANARYACC9911',
  referrer: 'CANARYREFERRER^VEX',
  operator: 'CANARYOPERATOR^JUX',
  station: 'CANARYSTATION',
  description: 'CANARYDESCRIPTION',
  protocol: 'CANARYPROTOCOL',
  comment: 'CANARYCOMMENT about QUETZAL',
  privateValue: 'CANARYPRIVATE',
  studyDate: '20240613',
} as const;

function elements(): readonly TestElement[] {
  return [
    [0x00080050, 'SH', planted.accession],
    [0x00080080, 'LO', planted.institution],
    [0x00080090, 'PN', planted.referrer],
    [0x00081010, 'SH', planted.station],
    [0x00081030, 'LO', planted.description],
    [0x0008103e, 'LO', planted.description],
    [0x00081070, 'PN', planted.operator],
    [0x00104000, 'LT', planted.comment],
    [0x00181030, 'LO', planted.protocol],
    [0x00200010, 'SH', planted.accession],
    [0x00090010, 'LO', 'CANARYCREATOR'],
    [0x00091001, 'LO', planted.privateValue],
  ];
}

const series = {
  studySeed: 8_317_446,
  seed: 5_550_123,
  slices: 5,
  patient: {
    name: planted.patientName,
    id: planted.patientId,
    birthDate: planted.birthDate,
  },
  edit: elements,
} as const;

/** A second one whose slices are not evenly spaced: its volume is refused. */
const uneven = {
  ...series,
  seriesNumber: 2,
  seed: 5_550_124,
  edit: (index: number): readonly TestElement[] => [
    ...elements(),
    [0x00200032, 'DS', [-10, -20, 30 + index * index]],
  ],
} as const;

interface Key {
  readonly uid_root: string;
  readonly tokens: readonly { readonly token: string }[];
}

/** Everything that may not appear. */
async function forbidden(): Promise<readonly string[]> {
  const key = JSON.parse(await readFile(testData('deident/key.json') ?? '', 'utf8')) as Key;
  const uids = [series, uneven].flatMap((one) => {
    const identity = seriesIdentity(one);
    const instances = [...makeSeries(one)].map(({ sopInstanceUid }) => sopInstanceUid);
    return [identity.studyInstanceUid, identity.seriesInstanceUid, ...instances];
  });
  const words = Object.values(planted).flatMap((value) => [value, ...value.split(/[\^ ]/)]);
  const tokens = [...key.tokens.map(({ token }) => token), key.uid_root];
  return [...new Set([...words, ...uids, ...tokens])].filter((word) => word.length >= 6);
}

/** A text as it is, and in each form in which a store, a log or a protocol may carry it. */
function formsOf(text: string): readonly Buffer[] {
  const bytes = Buffer.from(text);
  const base64 = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    // Digits that depend on what stands before or after are left out.
    return encoded.slice(shift === 0 ? 0 : 4, Math.floor(((shift + bytes.length) * 8) / 24) * 4);
  });
  const texts = [text, encodeURIComponent(text), text.toLowerCase(), bytes.toString('hex')];
  const url = base64.map((one) => one.replaceAll('+', '-').replaceAll('/', '_'));
  return [...new Set([...texts, bytes.toString('hex').toUpperCase(), ...base64, ...url])]
    .filter((one) => one.length >= 6)
    .map((one) => Buffer.from(one))
    .concat([Buffer.from(text, 'utf16le'), Buffer.from(text, 'utf16le').swap16()]);
}

interface Found {
  readonly where: string;
  readonly what: string;
}

function search(where: string, bytes: Buffer, words: readonly string[]): readonly Found[] {
  return words
    .filter((word) => formsOf(word).some((form) => bytes.includes(form)))
    .map((what) => ({ where, what }));
}

async function searchFolder(folder: string, words: readonly string[]): Promise<readonly Found[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  assert.ok(files.length > 0, folder);
  const found: Found[] = [];
  for (const file of files) {
    const path = join(file.parentPath, file.name);
    found.push(...search(path, Buffer.from(path), words));
    found.push(...search(path, await readFile(path), words));
  }
  return found;
}

/** Use the gateway in every way that a user has; gives all that it answered. */
async function useEverything(story: Story): Promise<Buffer> {
  const answers: Buffer[] = [];
  const ask = async (user: 'alice' | 'bob' | 'carol', path: string, init: RequestInit = {}) => {
    const response = await story.fetch(user, path, init);
    const headers = [...response.headers].join('\n');
    answers.push(Buffer.from(headers), Buffer.from(await response.arrayBuffer()));
  };
  const walk = async (directory: string): Promise<void> => {
    await ask('bob', `${directory}/`);
    await ask('bob', `${directory}/`, { method: 'PROPFIND', headers: { depth: '1' } });
    const list = await story.fetch('bob', `/.mdm/v1/list?path=${encodeURIComponent(directory)}`);
    const text = await list.text();
    answers.push(Buffer.from(text));
    const { entries } = JSON.parse(text) as { entries: { path: string; kind: string }[] };
    for (const { path, kind } of entries) {
      await ask('bob', path, { method: 'HEAD' });
      if (kind === 'directory') await walk(path);
      else await ask('bob', path);
      await ask('carol', path);
    }
    if (!entries.some(({ kind }) => kind === 'file')) return;
    for (const name of ['volume.nii', 'volume.nii.gz', 'volume.nii.c4gh', 'absent.dcm']) {
      await ask('bob', `${directory}/${name}`);
      await ask('bob', `/.mdm/v1/receipts?path=${encodeURIComponent(`${directory}/${name}`)}`);
      await ask('bob', `/.mdm/v1/stat?path=${encodeURIComponent(`${directory}/${name}`)}`);
    }
  };
  await walk('/test');
  const value = encodeURIComponent(`Modality=CT`);
  await ask('bob', `/.mdm/v1/find?under=/test&where=${value}`);
  await ask('bob', `/.mdm/v1/find?under=/test`);
  await ask('alice', '/.mdm/v1/status');
  return Buffer.concat(answers);
}

test('planted identities stay on the clinical side, and encrypted there', { skip }, async (t) => {
  const words = await forbidden();
  assert.ok(words.length > 50);
  const control = [...makeSeries(series)][0]?.file ?? new Uint8Array();
  assert.ok(search('control', Buffer.from(control), words).length > 10, 'the sweep finds');
  for (const encoding of ['base64', 'base64url', 'hex', 'utf16le'] as const) {
    for (const before of ['', '?', '??']) {
      const text = `${before}${planted.patientName} and more`;
      const hidden =
        encoding === 'utf16le'
          ? Buffer.from(text, encoding)
          : Buffer.from(Buffer.from(text).toString(encoding));
      assert.ok(search('control', hidden, words).length > 0, `the sweep finds ${encoding}`);
    }
  }
  const story = await startStory(t, {
    series: [series, uneven],
    addFiles: async (folder) => {
      await mkdir(join(folder, 'phi'));
      const phi = await readFile(testData('deident/phi-everywhere.dcm') ?? '');
      await writeFile(join(folder, 'phi', 'capture.dcm'), phi);
      const latin1 = testData('deident/phi-everywhere-latin1.dcm');
      if (latin1 !== undefined) await copyFile(latin1, join(folder, 'phi', 'latin1.dcm'));
    },
  });
  const answers = await useEverything(story);
  assert.match(answers.toString('latin1'), /RECALL_GEOMETRY_REFUSED/);
  assert.match(answers.toString('latin1'), /RECALL_WITHHELD/);
  assert.ok(answers.includes('DICM'));
  await story.stop('gateway');
  await story.start('gateway');
  const searched = [
    ...search('answers', answers, words),
    ...search('logs', Buffer.from(story.logs()), words),
    ...(await searchFolder(join(story.folder, 'gateway', 'computing'), words)),
    ...(await searchFolder(join(story.folder, 'gateway', 'clinical'), words)),
    ...(await searchFolder(join(story.folder, 'key-server-hospital'), words)),
  ];
  assert.deepEqual(searched, []);
});
