import type { Command } from 'commander';
import { keyStatus } from './commands/key-status.ts';
import { recoverKeys, refreshKeys } from './commands/key-upkeep.ts';
import type { Client } from './runners.ts';

/** Commands of operators for the keys of all files. */
export function addKeyCare(key: Command, client: Client): void {
  key
    .command('status')
    .description('how the keys are kept, for operators: each key server, and what it did')
    .action(() => client(keyStatus));
  key
    .command('recover')
    .description('have shares that a key server missed or lost made again, for operators')
    .action(() => client(recoverKeys));
  key
    .command('refresh')
    .description('have all shares made anew, so that old ones are good for nothing, for operators')
    .requiredOption('--reason <text>', 'why, for other operators; no patient data')
    .action(({ reason }: { reason: string }) =>
      client((connection, output, signal) => refreshKeys(connection, output, { reason, signal })),
    );
}
