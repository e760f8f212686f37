import { type Command, InvalidArgumentError } from 'commander';
import { encrypt } from './commands/encrypt.ts';
import { importKey } from './commands/key-import.ts';
import type { Local } from './program.ts';

interface FileFlags {
  readonly to: string;
  readonly force?: boolean;
  readonly quiet?: boolean;
}

interface ImportFlags extends FileFlags {
  readonly threshold?: number;
}

const importHelp = `The shares are a text file: a line for each key server of the original, in its order, with the
share in hexadecimal, or NULL. What comes out is the key in hexadecimal and a newline, sealed.
A key that the original system lost, or may have lost, is refused.`;

/** Commands for files and keys of one's own, as the original system had them. */
export function addOwnFiles(
  program: Command,
  { key, local }: { readonly key: Command; readonly local: Local },
): void {
  program
    .command('encrypt <file> [target]')
    .description('seal a file of your own for a Crypt4GH public key')
    .requiredOption('--to <pubkey>', 'public key file')
    .option('-f, --force', 'replace what is there')
    .option('-q, --quiet', 'no progress bar')
    .action((source: string, target: string | undefined, { to, force, quiet }: FileFlags) =>
      local((output, signal) =>
        encrypt(output, {
          source,
          target,
          key: to,
          force: force === true,
          quiet: quiet === true,
          signal,
        }),
      ),
    );
  key
    .command('import <shares> <target>')
    .description('take over a key of the original system, sealed for a Crypt4GH public key')
    .requiredOption('--to <pubkey>', 'public key file')
    .option('--threshold <count>', 'how many shares it needs; default: as the original', countOf)
    .option('-f, --force', 'replace what is there')
    .addHelpText('after', `\n${importHelp}`)
    .action((source: string, target: string, { to, threshold, force }: ImportFlags) =>
      local((output) =>
        importKey(output, { source, target, key: to, threshold, force: force === true }),
      ),
    );
}

function countOf(text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new InvalidArgumentError('a number from 1 on.');
}
