import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool, startChild } from '../test/support/child.ts';
import type { Contestant, FigureContext } from './figure.ts';
import type { JobSource } from './gateway.ts';

/**
 * What a user would script: getscu, gdcmanon, dcm2niix where a volume is wanted, age, curl to a
 * receiver.
 */
export async function chainOfTools(
  context: FigureContext,
  source: JobSource,
  wanted: 'as a volume' | 'as an instance',
): Promise<Contestant> {
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
  const isVolume = wanted === 'as a volume';
  const [, uploadPort] = await sink.waitForOutput(/port (\d+)/);
  const { studyInstanceUid, seriesInstanceUid } = source.series;
  const keys = `-k 0008,0052=SERIES -k 0020,000d=${studyInstanceUid} -k 0020,000e=${seriesInstanceUid}`;
  return {
    label: `getscu, gdcmanon -e,${isVolume ? ' dcm2niix -z n,' : ''} age, curl`,
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
      isVolume
        ? `dcm2niix -b n -z n -f v -o ${work}/vol ${work}/anon && mv ${work}/vol/v.nii ${work}/vol/v`
        : `mv ${work}/anon/* ${work}/vol/v`,
      `age -r ${recipient} -o ${work}/v.age ${work}/vol/v`,
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
