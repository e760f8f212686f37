import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import type { OwnKeyAnswer } from '../../client/api/answers.ts';
import { clientErrors } from '../../client/errors.ts';
import { formatLetters, parseLetters } from '../../client/own/letters.ts';
import { fetchOwnKey, registerKey, unregisterKey } from '../../client/own/own-keys.ts';
import { readPublicKey } from '../../client/own/read-local.ts';
import { writeLocal } from '../../client/own/write-local.ts';
import { ownKeyIdOf } from '../../keys/index.ts';
import { utf8 } from '../../lib/bytes/bytes.ts';
import { systemRandom } from '../../lib/random.ts';
import { formatPrivateKeyFile, formatPublicKeyFile, wipe } from '../../seal/index.ts';
import type { Connection } from '../connection.ts';
import { formatInstant } from '../format.ts';
import type { Output } from '../output.ts';
import { spreadLine } from '../spread-line.ts';

/** `mdm key register`: a new key, whose public half becomes a file and whose private half none. */
export async function register(
  connection: Connection,
  output: Output,
  { file, signal }: { readonly file: string; readonly signal: AbortSignal },
): Promise<void> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere) throw clientErrors.create('CLIENT_TARGET', { message: `${file} exists` });
  const { keyId, owner, missing } = await registerKey(connection, systemRandom, {
    signal,
    async keep(publicKey) {
      await writeLocal(file, [utf8(formatPublicKeyFile(publicKey))], { replace: false });
    },
  });
  output.result({ file, keyId, owner, missing }, `${file}  key of ${owner}`);
  if (missing.length > 0)
    output.note(`Not at ${missing.join(', ')} yet: the others make its share when it is back.`);
}

/** `mdm key unregister`: returns when no key server gives a share of it. */
export async function unregister(
  connection: Connection,
  output: Output,
  { file, signal }: { readonly file: string; readonly signal: AbortSignal },
): Promise<void> {
  output.note('Waiting until every key server has erased it, or answers nobody...');
  const answer = await unregisterKey(connection, await readPublicKey(file), signal);
  output.result(answer, `destroyed; ${spreadLine(answer)}`);
  output.note('What is sealed for it opens for nobody, but for who has its private key already.');
}

/** `mdm key get`: the private half as a file, for other Crypt4GH tools. */
export async function getKey(
  connection: Connection,
  output: Output,
  options: {
    readonly file: string;
    readonly out: string | undefined;
    readonly force: boolean;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { file, force, signal } = options;
  const out = options.out ?? `${basename(file).replace(/\.pub$/, '')}.sec`;
  const privateKey = await fetchOwnKey(connection, await readPublicKey(file), signal);
  const text = formatPrivateKeyFile(privateKey);
  try {
    const { target } = await writeLocal(out, [text], { replace: force });
    output.result({ target, key: file, outlivesRevocation: true }, `${target}  private key`);
    output.note('Whoever reads that file opens all that is sealed for the key, for ever.');
  } finally {
    for (const secret of [privateKey, text]) wipe(secret);
  }
}

/** `mdm key acl`: who may have it. */
export async function keyAcl(connection: Connection, output: Output, file: string): Promise<void> {
  const answer = await connection.api.ownKeyAcl(ownKeyIdOf(await readPublicKey(file)));
  output.result(answer, aclLines(answer));
}

/** `mdm key chmod`: replaces what the list says of each. */
export async function chmod(
  connection: Connection,
  output: Output,
  options: {
    readonly file: string;
    readonly changes: readonly string[];
    readonly expiresMs?: number;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { file, changes, signal, ...until } = options;
  const keyId = ownKeyIdOf(await readPublicKey(file));
  // All of them make sense, or none is made.
  for (const change of changes.map(parseLetters)) {
    const end = change.rights.length === 0 ? {} : until;
    const answer = await connection.api.changeOwnKey({ keyId, ...change, ...end }, signal);
    output.result(answer, `${change.who}: ${spreadLine(answer)}\n${aclLines(answer)}`);
  }
}

function aclLines({ owner, entries }: OwnKeyAnswer): string {
  const lines = entries.map(({ who, rights, expiresMs }) => {
    const until = expiresMs === undefined ? '' : `  until ${formatInstant(expiresMs)}`;
    return `  ${formatLetters(rights)}  ${who}${until}`;
  });
  return [`key of ${owner}`, ...lines].join('\n');
}
