import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool, startChild } from '../test/support/child.ts';
import { startOrthanc } from '../test/support/orthanc.ts';
import type { Contestant, Figure, FigureContext } from './figure.ts';
import { type JobSource, startGatewayJobs } from './gateway.ts';
import { madeCtSeries } from './made-series.ts';

/** From the archive to an opened volume where the job runs: the tools of a site today, and `mdm get`. */
export const wholeJob: Figure = {
  name: 'whole-job',
  title: 'Whole job on a CT series held by Orthanc: fetch, de-identify, NIfTI, encrypt, deliver',
  goal: 'at least 1.5 times as fast as the chain; gateway at most 350 MiB',
  tools: ['Orthanc', 'getscu', 'gdcmanon', 'dcm2niix', 'age', 'curl', 'openssl'],
  rounds: 5,
  async prepare(context) {
    const series = await madeCtSeries(context);
    const orthanc = await startOrthanc(context.owner);
    await orthanc.load(series.folder);
    const source: JobSource = {
      aeTitle: orthanc.aeTitle,
      port: orthanc.dicomPort,
      series: series.identity,
    };
    const chain = await chainOfTools(context, source);
    const gateway = await startGatewayJobs(context, source, context.rounds);
    return {
      sizeBytes: series.sizeBytes,
      contestants: [chain, ...gateway],
      // The chain fails at once when a stage does; `mdm get` verifies what it wrote itself.
      verify: () => Promise.resolve(),
      absent: [],
    };
  },
};

/** What a user would script: getscu, gdcmanon, dcm2niix, age, curl to a receiver. */
async function chainOfTools(context: FigureContext, source: JobSource): Promise<Contestant> {
  const { owner, folder } = context;
  const work = join(folder, 'chain');
  const certificate = await makeCertificate(folder);
  await runTool('age-keygen', '-o', join(folder, 'age.key'));
  const recipient = (await runTool('age-keygen', '-y', join(folder, 'age.key'))).trim();
  const sink = await startChild(owner, [
    process.execPath,
    join(import.meta.dirname, 'upload-sink.child.ts'),
    certificate.keyPath,
    certificate.path,
  ]);
  const [, uploadPort] = await sink.waitForOutput(/port (\d+)/);
  const { studyInstanceUid, seriesInstanceUid } = source.series;
  const keys = `-k 0008,0052=SERIES -k 0020,000d=${studyInstanceUid} -k 0020,000e=${seriesInstanceUid}`;
  return {
    label: 'getscu, gdcmanon -e, dcm2niix -z n, age, curl',
    // The archive and the receiver serve both sides alike and are left out.
    servers: () => [],
    prepare: async () => {
      await rm(work, { recursive: true, force: true });
      for (const stage of ['raw', 'anon', 'vol'])
        await mkdir(join(work, stage), { recursive: true });
    },
    command: [
      `getscu -S +B -aec ${source.aeTitle} -od ${work}/raw ${keys} 127.0.0.1 ${source.port}`,
      `gdcmanon -e -c ${certificate.path} -r --continue -i ${work}/raw -o ${work}/anon`,
      `dcm2niix -b n -z n -f v -o ${work}/vol ${work}/anon`,
      `age -r ${recipient} -o ${work}/v.age ${work}/vol/v.nii`,
      `curl -skf -T ${work}/v.age https://127.0.0.1:${uploadPort}/v`,
    ].join('; '),
  };
}

async function makeCertificate(folder: string): Promise<{ keyPath: string; path: string }> {
  const keyPath = join(folder, 'key.pem');
  const path = join(folder, 'certificate.pem');
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  await runTool('openssl', ...request, '-subj', '/CN=localhost', '-keyout', keyPath, '-out', path);
  return { keyPath, path };
}
