import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Child, runTool, startChild } from './child.ts';
import { onFreePorts } from './free-port.ts';
import type { Modality } from './orthanc.ts';
import type { Owner } from './owner.ts';
import { tempFolder } from './temp.ts';

/** A running dcmqrscp (DCMTK's archive), empty at first, in a folder of its own. */
export interface Dcmqrscp {
  readonly aeTitle: 'QRSCP';
  readonly port: number;
  readonly child: Child;
  /** Store files, or all files below folders, with storescu. */
  load(...paths: readonly string[]): Promise<void>;
}

/** Start dcmqrscp on a free loopback port. Gate the test with `requireTool('dcmqrscp', 'storescu')`. */
export function startDcmqrscp(
  owner: Owner,
  options: { readonly modalities?: readonly Modality[]; readonly maxAssociations?: number } = {},
): Promise<Dcmqrscp> {
  return onFreePorts(1, async ([port = 0]) => {
    const folder = await tempFolder(owner);
    const store = join(folder, 'store');
    await mkdir(store);
    const file = join(folder, 'dcmqrscp.cfg');
    await writeFile(file, configurationOf({ port, store, ...options }));
    const child = await startChild(owner, ['dcmqrscp', '-c', file]);
    await child.waitForPort(port);
    return {
      aeTitle: 'QRSCP',
      port,
      child,
      load: async (...paths) => {
        const to = ['-aec', 'QRSCP', '127.0.0.1', String(port)];
        await runTool('storescu', '-R', ...to, '+sd', '+r', ...paths);
      },
    };
  });
}

function configurationOf(options: {
  readonly port: number;
  readonly store: string;
  readonly modalities?: readonly Modality[];
  readonly maxAssociations?: number;
}): string {
  const hosts = (options.modalities ?? []).map(
    ({ aeTitle, port }, index) => `peer${index} = (${aeTitle}, 127.0.0.1, ${port})`,
  );
  return `${[
    'NetworkType = "tcp"',
    `NetworkTCPPort = ${options.port}`,
    'MaxPDUSize = 131072',
    `MaxAssociations = ${options.maxAssociations ?? 16}`,
    'HostTable BEGIN',
    ...hosts,
    'HostTable END',
    'VendorTable BEGIN',
    'VendorTable END',
    'AETable BEGIN',
    `QRSCP ${options.store} RW (2000, 4096mb) ANY`,
    'AETable END',
  ].join('\n')}\n`;
}
