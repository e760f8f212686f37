import assert from 'node:assert/strict';
import type { Installation, UserName } from '../support/gateway.ts';

/** An entry as the gateway's API shows it. */
export interface Entry {
  readonly path: string;
  readonly name: string;
  readonly kind: 'directory' | 'file';
  readonly size?: number;
  readonly etag?: string;
  readonly locality: string;
}

/** Entries of a directory. */
export async function entriesOf(
  at: Installation,
  user: UserName,
  path: string,
): Promise<readonly Entry[]> {
  const { code, stdout, stderr } = await at.mdm(user, ['--json', 'ls', path]);
  assert.equal(code, 0, stderr);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Entry);
}

/** The one series of a collection, as a user finds it. */
export async function seriesOf(
  at: Installation,
  user: UserName,
  collection: string,
): Promise<string> {
  const { code, stdout, stderr } = await at.mdm(user, ['--json', 'find', `/test/${collection}`]);
  assert.equal(code, 0, stderr);
  const found = stdout.split('\n').filter((line) => line !== '');
  assert.equal(found.length, 1, `one series in ${collection}: ${stdout}`);
  return (JSON.parse(found[0] ?? '') as { path: string }).path;
}

/** Bytes of a response that must be 200. */
export async function bytesOf(response: Response): Promise<Buffer> {
  const bytes = Buffer.from(await response.arrayBuffer());
  assert.equal(response.status, 200, bytes.toString('utf8', 0, 500));
  return bytes;
}
