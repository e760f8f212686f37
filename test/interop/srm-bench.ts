import { readFileSync } from 'node:fs';
import { createSrmDoor } from '../../src/access/srm/door.ts';
import { createWebdavDoor } from '../../src/access/webdav/webdav-door.ts';
import { createAuthenticate } from '../../src/identity/authenticate.ts';
import { createChainValidator } from '../../src/identity/chain/validator.ts';
import { openTrustDirectory } from '../../src/identity/trust/trust-directory.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { HttpDoor } from '../../src/listener/door.ts';
import { createListener } from '../../src/listener/listener.ts';
import {
  type GridCertificates,
  type KeyKind,
  makeGridCertificates,
} from '../support/certificates.ts';
import { type Finished, runChild } from '../support/child.ts';
import { FilesModel, type ModelOptions } from '../support/files-model.ts';
import type { Owner } from '../support/owner.ts';
import { tempFolder } from '../support/temp.ts';

function rewriting(door: HttpDoor, rewrite: (xml: string) => string = (xml) => xml): HttpDoor {
  return {
    ...door,
    serve(exchange) {
      const { response } = exchange;
      const end = response.end.bind(response) as (body: string) => typeof response;
      // The header is kept back: the length in it would be that of the text before.
      response.writeHead = (status: number) => {
        response.statusCode = status;
        return response;
      };
      response.end = ((body: Buffer) => end(rewrite(body.toString()))) as typeof response.end;
      return door.serve(exchange);
    },
  };
}

export interface SrmBench {
  readonly files: FilesModel;
  readonly grid: GridCertificates;
  readonly folder: string;
  readonly port: number;
  /** The full SURL of a site path. */
  surl(path: string): string;
  /** Run a grid command as Alice, or with other variables. */
  run(
    command: readonly [string, ...string[]],
    env?: Readonly<Record<string, string>>,
  ): Promise<Finished>;
}

/** An empty variable is not the same as none to these clients. */
const withoutOthers = ['env', '-u', 'X509_USER_PROXY', '-u', 'BEARER_TOKEN'] as const;

/** A listener with the SRM door, real certificates, and a tree of files. */
export async function openSrmBench(
  owner: Owner,
  tree: ModelOptions['tree'],
  options: {
    /** Change what the door answers, to learn what clients make of it. */
    readonly rewrite?: (xml: string) => string;
    readonly kind?: KeyKind;
    readonly collections?: ModelOptions['collections'];
  } = {},
): Promise<SrmBench> {
  const folder = await tempFolder(owner);
  const grid = await makeGridCertificates(folder, { kind: options.kind ?? 'ec' });
  const { collections = {} } = options;
  const files = new FilesModel({ tree, collections });
  const trust = await openTrustDirectory({
    path: grid.trustDirectory,
    clock: systemClock,
    log: silentLog,
  });
  owner.after(() => trust.close());
  const srm = createSrmDoor({ files, clock: systemClock, log: silentLog });
  const listener = await createListener({
    host: '127.0.0.1',
    port: 0,
    tls: { key: readFileSync(grid.hostKeyPath), cert: readFileSync(grid.hostCertPath) },
    doors: [rewriting(srm, options.rewrite), createWebdavDoor({ files, log: silentLog })],
    authenticate: createAuthenticate({
      chains: createChainValidator({ trust, clock: systemClock }),
    }),
    clock: systemClock,
    log: silentLog,
  });
  owner.after(() => listener.close());
  const environment = {
    X509_CERT_DIR: grid.trustDirectory,
    X509_USER_CERT: grid.userCertPath,
    X509_USER_KEY: grid.userKeyPath,
    GFAL_PYTHONBIN: '/usr/bin/python3',
  };
  return {
    files,
    grid,
    folder,
    port: listener.port,
    surl: (path) => `srm://localhost:${listener.port}/srm/managerv2?SFN=${path}`,
    run: (command, env = {}) =>
      runChild([...withoutOthers, ...command], { env: { ...environment, ...env } }),
  };
}
