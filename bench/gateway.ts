import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Installation, startInstallation } from '../test/support/gateway.ts';
import type { SeriesIdentity } from '../test/support/make-series.ts';
import { buildClient } from '../tools/build/one-file.ts';
import type { Contestant, FigureContext } from './figure.ts';

/** The archive that holds the series of a job. */
export interface JobSource {
  readonly aeTitle: string;
  readonly port: number;
  readonly series: SeriesIdentity;
}

/** The file of the job's series that is read; sealed, without `.c4gh`. */
type JobFile = 'volume.nii' | 'the only instance';

/**
 * The gateway's side of a job: one `mdm get` of a sealed file that is only at the archive, as
 * separate processes with TLS everywhere. The client is the one file that is given to compute sites.
 *
 * Every round reads another collection of the same series, so every round is cold and the gateway
 * is the same process throughout; its peak memory is that of all rounds.
 */
export async function startGatewayJobs(
  context: FigureContext,
  source: JobSource,
  file: JobFile = 'volume.nii',
): Promise<readonly Contestant[]> {
  const modes = [
    { label: 'mdm get, opened and verified', name: 'opened', flag: '' },
    { label: 'mdm get --sealed, verified', name: 'kept', flag: '--sealed' },
  ] as const;
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
      Array.from({ length: context.rounds + 1 }, (_, round) => ({
        name: `${name}-${round}`,
        delivery: 'sealed' as const,
        formats: [file === 'volume.nii' ? ('nii' as const) : ('dcm' as const)],
      })),
    ),
  });
  await installation.crawled();
  const client = join(context.folder, 'mdm.mjs');
  await buildClient(client);
  return modes.map(({ label, name, flag }) => {
    const round = { next: 0, path: '' };
    const target = join(context.folder, `${name}.out`);
    return {
      label,
      servers: () => [installation.service('gateway').pid],
      prepare: async () => {
        // As the chain's files of the last round go before the clock starts.
        await rm(target, { force: true });
        const under = `/${installation.site}/${name}-${round.next}`;
        const found = await installation.mdm('alice', ['--json', 'find', under]);
        const { path } = JSON.parse(found.stdout) as { readonly path: string };
        round.path = `${path}/${await nameIn(installation, path, file)}.c4gh`;
        round.next += 1;
      },
      get command() {
        const environment = `MDM_SETTINGS=${installation.settingsOf('alice')}`;
        return `${environment} ${process.execPath} ${client} get -q -f ${flag} ${round.path} ${target}`;
      },
    };
  });
}

/** Instances have no name that could be known before. */
async function nameIn(installation: Installation, path: string, file: JobFile): Promise<string> {
  if (file === 'volume.nii') return file;
  const listed = await installation.mdm('alice', ['--json', 'ls', path]);
  const name = /i-[0-9a-z]{16}\.dcm/.exec(listed.stdout)?.[0];
  if (name === undefined) throw new Error(`no instance in ${path}: ${listed.stdout}`);
  return name;
}
