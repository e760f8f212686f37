import type { Command } from 'commander';
import { recoverKeys } from './commands/key-recover.ts';
import { keyStatus } from './commands/key-status.ts';
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
}
