import { type Command, InvalidArgumentError } from 'commander';
import { decrypt } from './commands/decrypt.ts';
import { encrypt } from './commands/encrypt.ts';
import { importKey } from './commands/key-import.ts';
import { chmod, getKey, keyAcl, register, unregister } from './commands/own-key.ts';
import { instantOf } from './instant-of.ts';
import type { Client, Local } from './runners.ts';

interface FileFlags {
  readonly force?: boolean;
  readonly quiet?: boolean;
}

const importHelp = `The shares are a text file: a line for each key server of the original, in its order, with the
share in hexadecimal, or NULL. What comes out is the key in hexadecimal and a newline, sealed.
A key that the original system lost, or may have lost, is refused.`;

const chmodHelp = `Each is <who>=<letters>, as \`group:/vo/project=g\`; no letters take everything away. Letters are
those of the original: g read the key, r read what is said of it, l know of it, w and s write what
is said of it, p change permissions, d delete; x means nothing. Only the owner changes the list.`;

interface Runners {
  readonly client: Client;
  readonly local: Local;
}

/** Commands for files and keys of one's own, as the original system had them. */
export function addOwnFiles(
  program: Command,
  { key, ...runners }: Runners & { readonly key: Command },
): void {
  addFiles(program, runners);
  addKeys(key, runners);
  addPermissions(key, runners);
  addImport(key, runners);
}

function addFiles(program: Command, { client, local }: Runners): void {
  program
    .command('encrypt <file> [target]')
    .description('seal a file of your own for a Crypt4GH public key')
    .requiredOption('--to <pubkey>', 'public key file')
    .option('-f, --force', 'replace what is there')
    .option('-q, --quiet', 'no progress bar')
    .action((source: string, target: string | undefined, flags: FileFlags & { to: string }) =>
      local((output, signal) =>
        encrypt(output, { source, target, key: flags.to, ...plain(flags), signal }),
      ),
    );
  program
    .command('decrypt <file> [target]')
    .description('open a file that is sealed for a key of your own, or that you may have')
    .requiredOption('--key <pubkey>', 'public key file of the key')
    .option('-f, --force', 'replace what is there')
    .option('-q, --quiet', 'no progress bar')
    .action((source: string, target: string | undefined, flags: FileFlags & { key: string }) =>
      client((connection, output, signal) =>
        decrypt(connection, output, { source, target, key: flags.key, ...plain(flags), signal }),
      ),
    );
}

function plain({ force, quiet }: FileFlags): { readonly force: boolean; readonly quiet: boolean } {
  return { force: force === true, quiet: quiet === true };
}

function addKeys(key: Command, { client }: Runners): void {
  key
    .command('register <pubkey>')
    .description('make a key: its public half becomes that file, its private half only shares')
    .action((file: string) =>
      client((connection, output, signal) => register(connection, output, { file, signal })),
    );
  key
    .command('unregister <pubkey>')
    .description('destroy a key: what is sealed for it opens for nobody any more')
    .requiredOption('-f, --force', 'yes, destroy it')
    .action((file: string) =>
      client((connection, output, signal) => unregister(connection, output, { file, signal })),
    );
  key
    .command('get <pubkey>')
    .description('the private half as a file, for other Crypt4GH tools')
    .option('-o, --output <file>', 'default: the name with `.sec`, in the current folder')
    .option('-f, --force', 'replace what is there')
    .action((file: string, { output: out, force }: { output?: string; force?: boolean }) =>
      client((connection, output, signal) =>
        getKey(connection, output, { file, out, force: force === true, signal }),
      ),
    );
}

function addPermissions(key: Command, { client }: Runners): void {
  key
    .command('acl <pubkey>')
    .description('who may have a key of your own')
    .action((file: string) => client((connection, output) => keyAcl(connection, output, file)));
  key
    .command('chmod <pubkey> <changes...>')
    .description('who may have a key of your own: replaces what the list says of each')
    .option('--until <instant>', 'such as 2027-01-31T00:00:00Z', instantOf)
    .addHelpText('after', `\n${chmodHelp}`)
    .action((file: string, changes: readonly string[], { until }: { until?: number }) =>
      client((connection, output, signal) =>
        chmod(connection, output, {
          file,
          changes,
          ...(until === undefined ? {} : { expiresMs: until }),
          signal,
        }),
      ),
    );
}

function addImport(key: Command, { local }: Runners): void {
  key
    .command('import <shares> <target>')
    .description('take over a key of the original system, sealed for a Crypt4GH public key')
    .requiredOption('--to <pubkey>', 'public key file')
    .option('--threshold <count>', 'how many shares it needs; default: as the original', countOf)
    .option('-f, --force', 'replace what is there')
    .addHelpText('after', `\n${importHelp}`)
    .action(
      (
        source: string,
        target: string,
        { to, threshold, force }: FileFlags & { to: string; threshold?: number },
      ) =>
        local((output) =>
          importKey(output, { source, target, key: to, threshold, force: force === true }),
        ),
    );
}

function countOf(text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new InvalidArgumentError('a number from 1 on.');
}
