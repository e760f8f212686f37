import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createWebdavDoor } from '../../src/access/webdav/webdav-door.ts';
import { refuse } from '../../src/identity/outcome.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { createListener } from '../../src/listener/listener.ts';
import { installAuthority, makeAuthority } from '../support/certificates.ts';
import { FilesModel, type ModelFile } from '../support/files-model.ts';
import type { Owner } from '../support/owner.ts';
import { tempFolder } from '../support/temp.ts';

/** The real listener and door over TLS, with a tree in memory behind them. */
export interface WebdavBench {
  readonly files: FilesModel;
  readonly folder: string;
  readonly url: string;
  readonly caPath: string;
  readonly caFolder: string;
  /** A client certificate and its key, which are accepted as the token is. */
  readonly certPath: string;
  readonly keyPath: string;
}

/** The only token that is accepted. */
export const goodToken = 'good';

export async function openWebdav(
  owner: Owner,
  tree: Readonly<Record<string, ModelFile>>,
): Promise<WebdavBench> {
  const folder = await tempFolder(owner);
  const authority = await makeAuthority([['CN', 'Test CA']]);
  const host = await authority.issue({ subject: [['CN', 'localhost']], hosts: ['localhost'] });
  const user = await authority.issue({ subject: [['CN', 'Alice Example']], kind: 'rsa' });
  const files = new FilesModel({ tree });
  const principal = {
    subject: 'x509:/CN=Alice Example',
    groups: [],
    method: 'certificate',
    expiresMs: Number.MAX_SAFE_INTEGER,
  } as const;
  const listener = await createListener({
    host: '127.0.0.1',
    port: 0,
    tls: { key: host.keyPem, cert: host.pem },
    doors: [createWebdavDoor({ files, log: silentLog })],
    clock: systemClock,
    log: silentLog,
    async authenticate({ authorization, chain }) {
      if (authorization === `Bearer ${goodToken}`) return { kind: 'accepted', principal };
      if (authorization !== undefined) return refuse('IDENTITY_EXPIRED', 'the token has expired');
      return chain.length > 0 ? { kind: 'accepted', principal } : { kind: 'anonymous' };
    },
  });
  owner.after(() => listener.close());
  const paths = {
    caPath: join(folder, 'ca.pem'),
    certPath: join(folder, 'user.pem'),
    keyPath: join(folder, 'user.key'),
  };
  await writeFile(paths.caPath, authority.pem);
  await writeFile(paths.certPath, user.pem);
  await writeFile(paths.keyPath, user.keyPem, { mode: 0o600 });
  const caFolder = join(folder, 'certificates');
  installAuthority(caFolder, authority);
  return { files, folder, caFolder, url: `https://localhost:${listener.port}`, ...paths };
}
