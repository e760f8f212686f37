import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild } from '../test/support/child.ts';
import { onFreePorts } from '../test/support/free-port.ts';
import type { Contestant, Figure, FigureContext } from './figure.ts';
import { madeCtSeries } from './made-series.ts';

/** C-STORE receive to files, one association, bytes preserved: our DIMSE against DCMTK's storescp. */
export const storeReceive: Figure = {
  name: 'store-receive',
  title: 'C-STORE receive of a CT series to files, one association, bytes preserved',
  goal: 'at least 0.85 times as fast as `storescp +B`',
  tools: ['storescu', 'storescp'],
  rounds: 11,
  async prepare(context) {
    const series = await madeCtSeries(context);
    const dcmtk = await startStorescp(context);
    const ours = await startSink(context);
    const send = (port: number): string =>
      `storescu -aec ANY 127.0.0.1 ${port} +sd ${series.folder}`;
    const contestant = (label: string, receiver: Receiver): Contestant => ({
      label,
      servers: () => [receiver.pid],
      prepare: () => empty(receiver.folder),
      command: send(receiver.port),
    });
    return {
      sizeBytes: series.sizeBytes,
      contestants: [
        contestant('storescp +B', dcmtk),
        contestant('src/dimse, one file per instance', ours),
      ],
      verify: async () => {
        await checkReceived(series.paths, dcmtk.folder);
        await checkReceived(series.paths, ours.folder);
      },
      absent: [],
    };
  },
};

interface Receiver {
  readonly pid: number;
  readonly port: number;
  readonly folder: string;
}

function startStorescp({ owner, folder }: FigureContext): Promise<Receiver> {
  return onFreePorts(1, async ([port = 0]) => {
    const target = join(folder, 'storescp');
    await mkdir(target, { recursive: true });
    const child = await startChild(owner, ['storescp', '+B', '-od', target, String(port)]);
    await child.waitForPort(port);
    return { pid: child.pid, port, folder: target };
  });
}

async function startSink({ owner, folder }: FigureContext): Promise<Receiver> {
  const target = join(folder, 'sink');
  await mkdir(target);
  const script = join(import.meta.dirname, 'store-sink.child.ts');
  const child = await startChild(owner, [process.execPath, script, target]);
  const [, port] = await child.waitForOutput(/port (\d+)/);
  return { pid: child.pid, port: Number(port), folder: target };
}

async function empty(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name));
}

/** Every data set that was sent is there, bit for bit: all after the file meta information. */
async function checkReceived(sent: readonly string[], folder: string): Promise<void> {
  const received = await Promise.all(
    (await readdir(folder)).map(async (name) => dataSetOf(await readFile(join(folder, name)))),
  );
  const known = new Set(received);
  for (const path of sent)
    if (!known.delete(dataSetOf(await readFile(path))))
      throw new Error(`${path} was not received as it was sent, in ${folder}`);
  if (known.size > 0) throw new Error(`${known.size} files too many in ${folder}`);
}

function dataSetOf(file: Buffer): string {
  const metaLength = file.readUInt32LE(140);
  return file.toString('latin1', 144 + metaLength);
}
