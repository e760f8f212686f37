import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Child, startChild } from './child.ts';
import { dicomFiles } from './dicom-files.ts';
import { onFreePorts } from './free-port.ts';
import type { Owner } from './owner.ts';
import { findTool } from './require-tool.ts';
import { tempFolder } from './temp.ts';

/** A peer that Orthanc may send to (C-MOVE) and that may query it. */
export interface Modality {
  readonly aeTitle: string;
  readonly port: number;
}

/** What a test wants of its Orthanc. */
export interface OrthancOptions {
  /** Destinations of C-MOVE, all on loopback. */
  readonly modalities?: readonly Modality[];
  /** Further members of Orthanc's configuration file. */
  readonly configuration?: Readonly<Record<string, unknown>>;
}

/** A running Orthanc, empty at first, in a folder of its own. */
export interface Orthanc {
  readonly aeTitle: 'ORTHANC';
  readonly dicomPort: number;
  /** `http://127.0.0.1:<port>`, no trailing slash. */
  readonly url: string;
  readonly child: Child;
  /** Store files, or all files below folders. Resolves when all are stored; throws if one is not. */
  load(...paths: readonly string[]): Promise<void>;
  /** A parsed answer of its REST API: `rest('/series')`. */
  rest(path: string): Promise<unknown>;
}

/** Start Orthanc on free loopback ports. Gate the test with `requireTool('Orthanc')`. */
export function startOrthanc(owner: Owner, options: OrthancOptions = {}): Promise<Orthanc> {
  return onFreePorts(2, async ([dicomPort = 0, httpPort = 0]) => {
    const folder = await tempFolder(owner);
    const file = join(folder, 'orthanc.json');
    const configuration = configurationOf({ folder, dicomPort, httpPort }, options);
    await writeFile(file, JSON.stringify(configuration));
    // Its orderly end takes 3 s, and nothing of its store is kept.
    const child = await startChild(owner, [findTool('Orthanc') ?? 'Orthanc', file], {
      stopSignal: 'SIGKILL',
    });
    await child.waitForPort(httpPort);
    await child.waitForPort(dicomPort);
    const url = `http://127.0.0.1:${httpPort}`;
    return {
      aeTitle: 'ORTHANC',
      dicomPort,
      url,
      child,
      load: async (...paths) => {
        for (const path of await dicomFiles(...paths)) await store(url, path);
      },
      rest: async (path) => (await answerOf(fetch(`${url}${path}`))).json(),
    };
  });
}

function configurationOf(
  place: { readonly folder: string; readonly dicomPort: number; readonly httpPort: number },
  options: OrthancOptions,
): Readonly<Record<string, unknown>> {
  const modalities = (options.modalities ?? []).map(
    ({ aeTitle, port }) => [aeTitle, [aeTitle, '127.0.0.1', port]] as const,
  );
  return {
    Name: 'test',
    StorageDirectory: join(place.folder, 'store'),
    IndexDirectory: join(place.folder, 'store'),
    DicomPort: place.dicomPort,
    DicomAet: 'ORTHANC',
    HttpPort: place.httpPort,
    RemoteAccessAllowed: false,
    AuthenticationEnabled: false,
    DicomCheckCalledAet: false,
    DicomAlwaysAllowFind: true,
    DicomAlwaysAllowGet: true,
    DicomAlwaysAllowMove: true,
    DicomModalities: Object.fromEntries(modalities),
    Plugins: [],
    // What a test stores is thrown away: waiting for the disk proves nothing about Orthanc.
    SyncStorageArea: false,
    ...options.configuration,
  };
}

async function store(url: string, path: string): Promise<void> {
  const body = await readFile(path);
  await answerOf(fetch(`${url}/instances`, { method: 'POST', body }), path);
}

async function answerOf(pending: Promise<Response>, what = ''): Promise<Response> {
  const response = await pending;
  if (response.ok) return response;
  throw new Error(`Orthanc answered ${response.status} ${what}: ${await response.text()}`);
}
