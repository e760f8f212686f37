/** What must go goes, and comes back: the gateway in front of Orthanc and of DCMTK's archive. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parse, stringify } from 'yaml';
import { startDcmqrscp } from '../support/dcmqrscp.ts';
import { fetchKey } from '../support/fetch-key.ts';
import { type Installation, startInstallation } from '../support/gateway.ts';
import { syntheticPatient, writeSeries } from '../support/make-series.ts';
import { startOrthanc } from '../support/orthanc.ts';
import { requireTool } from '../support/require-tool.ts';
import { tempFolder } from '../support/temp.ts';
import { bytesOf } from './gateway-tree.ts';

const skip = requireTool('Orthanc', 'dcmqrscp', 'storescu');
const small = { slices: 3, rows: 8, columns: 8 } as const;
const bea = { name: 'SYNTHETIC^BEA', id: 'SYN-0002', birthDate: '19600203' };

interface Configured {
  pacs: readonly { readonly name: string }[];
  collections: { name: string; filter?: { patientIds?: readonly string[] } }[];
}

/** Stop the gateway, change its configuration, start it and wait until it walked all archives. */
async function restart(at: Installation, change: (config: Configured) => void): Promise<void> {
  const path = join(at.folder, 'gateway.yaml');
  const config = parse(readFileSync(path, 'utf8')) as Configured;
  change(config);
  writeFileSync(path, stringify(config));
  await at.stop('gateway');
  await at.start('gateway');
  await at.crawled(config.pacs.length);
}

/** Paths of all series that a user finds. */
async function find(at: Installation): Promise<readonly string[]> {
  const { code, stdout, stderr } = await at.mdm('bob', ['--json', 'find', '/test']);
  assert.equal(code, 0, stderr);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => (JSON.parse(line) as { path: string }).path);
}

const narrow = (config: Configured): void => {
  for (const one of config.collections) one.filter = { patientIds: [syntheticPatient.id] };
};
const widen = (config: Configured): void => {
  for (const one of config.collections) delete one.filter;
};

/** Whether a path is anywhere, door by door. */
async function doors(at: Installation, path: string): Promise<Readonly<Record<string, boolean>>> {
  const parent = path.slice(0, path.lastIndexOf('/'));
  const name = path.slice(path.lastIndexOf('/') + 1);
  const listing = await at.fetch('bob', `${parent}/`, {
    method: 'PROPFIND',
    headers: { depth: '1' },
  });
  const get = await at.fetch('bob', `${path}/volume.nii.c4gh`, { method: 'HEAD' });
  const stat = await at.mdm('bob', ['stat', path]);
  return {
    listing: (await listing.text()).includes(name),
    get: get.status !== 404,
    api: stat.code !== 3,
    srm: (await srmLs(at, path)).includes('SRM_SUCCESS'),
  };
}

async function srmLs(at: Installation, path: string): Promise<string> {
  const surl = `srm://127.0.0.1:${at.port}/srm/managerv2?SFN=${path}`;
  const call = `<s:srmLs xmlns:s="http://srm.lbl.gov/StorageResourceManager"><srmLsRequest><arrayOfSURLs><urlArray>${surl}</urlArray></arrayOfSURLs><numOfLevels>0</numOfLevels></srmLsRequest></s:srmLs>`;
  const body = `<E:Envelope xmlns:E="http://schemas.xmlsoap.org/soap/envelope/"><E:Body>${call}</E:Body></E:Envelope>`;
  const headers = { 'content-type': 'text/xml' };
  const answer = await at.fetch('bob', '/srm/managerv2', { method: 'POST', headers, body });
  const text = await answer.text();
  assert.match(text, /SRM_[A-Z_]+/);
  return text;
}

const everywhere = { listing: true, get: true, api: true, srm: true };
const nowhere = { listing: false, get: false, api: false, srm: false };

/** The key servers hear of it within moments; a minute is what is promised. */
async function keyBecomes(
  at: Installation,
  answer: Pick<Response, 'headers' | 'url'>,
  wanted: string,
): Promise<void> {
  const deadlineMs = Date.now() + 60_000;
  let found = '';
  while (found !== wanted && Date.now() < deadlineMs) found = await fetchKey(at, 'bob', answer);
  assert.equal(found, wanted);
}

async function open(t: TestContext): Promise<Installation> {
  const folder = await tempFolder(t);
  const [ada, other] = [join(folder, 'ada'), join(folder, 'bea')];
  await writeSeries(ada, { ...small, seed: 1, studySeed: 1 });
  await writeSeries(other, { ...small, seed: 2, studySeed: 2, patient: bea });
  const orthanc = await startOrthanc(t);
  await orthanc.load(ada, other);
  const second = await startDcmqrscp(t);
  await second.load(ada);
  return startInstallation(t, {
    pacs: [
      { name: 'orthanc', port: orthanc.dicomPort, aeTitle: orthanc.aeTitle, retrieve: 'C-GET' },
      { name: 'second', port: second.port, aeTitle: second.aeTitle, retrieve: 'C-GET' },
    ],
  });
}

test('what is hidden is nowhere and has no key; it comes back under the same names', {
  skip,
}, async (t) => {
  const at = await open(t);
  await at.crawled(2);
  const all = await find(at);
  assert.equal(all.length, 4, 'two series in two collections, though two archives hold one');
  assert.doesNotMatch(at.logs(), /DB_CONSTRAINT|not_announced|crawl_failed/);
  const sealed = all.filter((path) => path.startsWith('/test/sealed/'));
  const answers = new Map<string, Response>();
  for (const path of sealed) {
    const answer = await at.fetch('bob', `${path}/volume.nii.c4gh`);
    await bytesOf(answer);
    answers.set(path, answer);
    assert.equal(await fetchKey(at, 'bob', answer), 'key');
  }

  await restart(at, narrow);
  const left = await find(at);
  assert.equal(left.length, 2);
  for (const path of sealed) {
    const isLeft = left.includes(path);
    assert.deepEqual(await doors(at, path), isLeft ? everywhere : nowhere);
    const answer = answers.get(path) ?? assert.fail('it was read');
    await keyBecomes(at, answer, isLeft ? 'key' : 'KEYS_FORBIDDEN');
  }

  await restart(at, widen);
  assert.deepEqual(await find(at), all);
  for (const path of sealed) {
    assert.deepEqual(await doors(at, path), everywhere);
    await keyBecomes(at, answers.get(path) ?? assert.fail('it was read'), 'key');
    const again = await at.fetch('bob', `${path}/volume.nii.c4gh`);
    assert.equal(again.headers.get('etag'), answers.get(path)?.headers.get('etag'));
    await bytesOf(again);
  }
});

test('a collection that is removed has no key, and one of a removed archive is unavailable', {
  skip,
}, async (t) => {
  const at = await open(t);
  await at.crawled(2);
  const all = await find(at);
  const sealed = all.find((path) => path.startsWith('/test/sealed/')) ?? assert.fail('it is there');
  const answer = await at.fetch('bob', `${sealed}/volume.nii.c4gh`);
  await bytesOf(answer);
  await restart(at, (config) => {
    config.collections = config.collections.filter(({ name }) => name !== 'sealed');
  });
  assert.deepEqual(
    await find(at),
    all.filter((path) => path.startsWith('/test/open/')),
  );
  assert.deepEqual(await doors(at, sealed), nowhere);
  await keyBecomes(at, answer, 'KEYS_FORBIDDEN');

  await restart(at, (config) => {
    config.pacs = config.pacs.filter(({ name }) => name !== 'orthanc');
  });
  const open_ = all.filter((path) => path.startsWith('/test/open/'));
  assert.deepEqual(await find(at), open_);
  const statuses = await Promise.all(
    open_.map(async (path) => {
      const read = await at.fetch('bob', `${path}/volume.nii`);
      const text = await read.text();
      return read.status === 200 ? '200' : `${read.status} ${/RECALL_[A-Z_]+/.exec(text)?.[0]}`;
    }),
  );
  // The second archive holds one of them too.
  assert.deepEqual(new Set(statuses), new Set(['200', '503 RECALL_NO_ARCHIVE']));
});

test('only an operator applies what hides much', { skip }, async (t) => {
  const at = await open(t);
  await at.crawled(2);
  const apply = (user: 'alice' | 'bob', name: string) =>
    at.mdm(user, ['--json', 'collection', 'apply', name]);
  const refused = await apply('bob', 'open');
  assert.equal(refused.code, 4, refused.stderr);
  assert.match(refused.stderr, /POLICY_OPERATORS_ONLY/);
  const done = await apply('alice', 'open');
  assert.deepEqual(JSON.parse(done.stdout), { collection: 'open', seriesHidden: 0 });
  const unknown = await apply('alice', 'nothing');
  assert.equal(unknown.code, 3, unknown.stderr);
  const states = await Promise.all(
    (['alice', 'bob'] as const).map(async (user) => (await at.mdm(user, ['status'])).stdout),
  );
  assert.match(states[0] ?? '', /collection open: 2 studies/);
  assert.doesNotMatch(states[1] ?? '', /collection open/);
});
