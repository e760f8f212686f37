import { join } from 'node:path';
import { runTool } from '../test/support/child.ts';
import { startInstallation } from '../test/support/gateway.ts';
import type { SeriesIdentity } from '../test/support/make-series.ts';
import type { Contestant, FigureContext } from './figure.ts';

/** The archive that holds the series of a job. */
export interface JobSource {
  readonly aeTitle: string;
  readonly port: number;
  readonly series: SeriesIdentity;
}

const root = join(import.meta.dirname, '..');

/**
 * The gateway's side of the whole job: one `mdm get` of a sealed uncompressed volume that is only
 * at the archive, as separate processes with TLS everywhere.
 *
 * Every round reads another collection of the same series, so every round is cold and the gateway
 * is the same process throughout; its peak memory is that of all rounds.
 */
export async function startGatewayJobs(
  context: FigureContext,
  source: JobSource,
  rounds: number,
): Promise<readonly Contestant[]> {
  const modes = [
    { label: 'mdm get, opened and verified', name: 'opened', flag: '' },
    { label: 'mdm get --sealed, verified', name: 'kept', flag: '--sealed' },
  ] as const;
  await runTool(
    process.execPath,
    join(root, 'node_modules/typescript/bin/tsc'),
    '-p',
    join(root, 'tsconfig.build.json'),
  );
  const installation = await startInstallation(context.owner, {
    tls: true,
    pacs: [
      {
        name: 'archive',
        port: source.port,
        aeTitle: source.aeTitle,
        retrieve: 'C-GET',
      },
    ],
    collections: modes.flatMap(({ name }) =>
      Array.from({ length: rounds + 1 }, (_, round) => ({
        name: `${name}-${round}`,
        delivery: 'sealed' as const,
        formats: ['nii'] as const,
      })),
    ),
  });
  await installation.crawled();
  return modes.map(({ label, name, flag }) => {
    const round = { next: 0, path: '' };
    const target = join(context.folder, `${name}.out`);
    return {
      label,
      servers: () => [installation.service('gateway').pid],
      prepare: async () => {
        const under = `/${installation.site}/${name}-${round.next}`;
        const found = await installation.mdm('alice', ['--json', 'find', under]);
        round.path = (JSON.parse(found.stdout) as { path: string }).path;
        round.next += 1;
      },
      get command() {
        const environment = `MDM_SETTINGS=${installation.settingsOf('alice')}`;
        const mdm = `${process.execPath} ${join(root, 'dist/cli/main.js')}`;
        return `${environment} ${mdm} get -q -f ${flag} ${round.path}/volume.nii.c4gh ${target}`;
      },
    };
  });
}
