import { stat } from 'node:fs/promises';
import { startOrthanc } from '../test/support/orthanc.ts';
import { chainOfTools } from './chain.ts';
import type { Figure } from './figure.ts';
import { startGatewayJobs } from './gateway.ts';
import { madeMultiFrame } from './made-multi-frame.ts';

/** One large object passes as an instance: nobody may hold all of it in memory. */
export const multiFrame: Figure = {
  name: 'multi-frame',
  title: 'One Enhanced CT object held by Orthanc: fetch, de-identify, encrypt, deliver as `.dcm`',
  goal: 'gateway at most 350 MiB, whatever the size of an object',
  tools: ['Orthanc', 'getscu', 'gdcmanon', 'age', 'curl', 'openssl'],
  rounds: 5,
  async prepare(context) {
    const { path, identity } = await madeMultiFrame(context);
    const orthanc = await startOrthanc(context.owner);
    await orthanc.load(path);
    const source = { aeTitle: orthanc.aeTitle, port: orthanc.dicomPort, series: identity };
    const chain = await chainOfTools(context, source, 'as an instance');
    const gateway = await startGatewayJobs(context, source, 'the only instance');
    return {
      sizeBytes: (await stat(path)).size,
      contestants: [chain, ...gateway],
      verify: () => Promise.resolve(),
      absent: [],
    };
  },
};
