import { startOrthanc } from '../test/support/orthanc.ts';
import { chainOfTools } from './chain.ts';
import type { Figure } from './figure.ts';
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
    const chain = await chainOfTools(context, source, 'as a volume');
    const gateway = await startGatewayJobs(context, source);
    return {
      sizeBytes: series.sizeBytes,
      contestants: [chain, ...gateway],
      // The chain fails at once when a stage does; `mdm get` verifies what it wrote itself.
      verify: () => Promise.resolve(),
      absent: [],
    };
  },
};
