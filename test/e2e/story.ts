import assert from 'node:assert/strict';
import { join } from 'node:path';
import { startDemoPacs } from '../../demo/pacs/demo-pacs.ts';
import type { Finished } from '../support/child.ts';
import {
  type GatewayOptions,
  type Installation,
  startInstallation,
  type UserName,
} from '../support/gateway.ts';
import { type SeriesOptions, writeSeries } from '../support/make-series.ts';
import type { Owner } from '../support/owner.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { tempFolder } from '../support/temp.ts';

/** An installation in front of an archive with synthetic series; nothing but Node is needed. */
export interface Story extends Installation {
  /** Between the gateway and the archive. */
  readonly toPacs: TcpProxy;
  /** Run `mdm` and expect exit code 0; gives what it wrote to standard output. */
  run(user: UserName, ...args: readonly string[]): Promise<string>;
  /** As `run` with `--json`: the lines as values. */
  json<T>(user: UserName, ...args: readonly string[]): Promise<readonly T[]>;
  /** Run `mdm` and expect another exit code. */
  fails(code: number, user: UserName, ...args: readonly string[]): Promise<Finished>;
  /** Path of the only series of a collection. */
  series(user: UserName, collection: string): Promise<string>;
  file(name: string): string;
}

/** Start it. Default: one CT series of 8 slices, in an open and a sealed collection. */
export async function startStory(
  owner: Owner,
  options: {
    readonly series?: readonly SeriesOptions[];
    /** Puts further files into the archive's folder before it starts. */
    readonly addFiles?: (folder: string) => Promise<void>;
    readonly gateway?: Partial<GatewayOptions>;
  } = {},
): Promise<Story> {
  const folder = await tempFolder(owner);
  for (const [index, series] of (options.series ?? [{}]).entries()) {
    await writeSeries(join(folder, `s${index}`), series);
  }
  await options.addFiles?.(folder);
  const pacs = await startDemoPacs({ folder, port: 0, aeTitle: 'DEMOPACS' });
  owner.after(() => pacs.close());
  const toPacs = await startTcpProxy(owner, pacs.port);
  const { port } = toPacs;
  const at = await startInstallation(owner, {
    pacs: [{ name: 'demo', port, aeTitle: 'DEMOPACS', retrieve: 'C-GET' }],
    ...options.gateway,
  });
  await at.crawled();
  const run: Story['run'] = async (user, ...args) => {
    const done = await at.mdm(user, args);
    assert.equal(done.code, 0, `mdm ${args.join(' ')}: ${done.stderr}`);
    return done.stdout;
  };
  const json = async <T>(user: UserName, ...args: readonly string[]): Promise<readonly T[]> => {
    const lines = (await run(user, '--json', ...args)).split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as T);
  };
  return {
    ...at,
    toPacs,
    run,
    json,
    fails: async (code, user, ...args) => {
      const done = await at.mdm(user, args);
      assert.equal(done.code, code, `mdm ${args.join(' ')}: ${done.stdout}${done.stderr}`);
      return done;
    },
    series: async (user, collection) => {
      const found = await json<{ path: string }>(user, 'find', `/test/${collection}`);
      assert.equal(found.length, 1);
      return found[0]?.path ?? '';
    },
    file: (name) => join(at.folder, name),
  };
}
