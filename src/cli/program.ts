import { Command, CommanderError, InvalidArgumentError } from 'commander';
import packageFile from '../../package.json' with { type: 'json' };
import { clientLimits } from '../client/limits.ts';
import { allOfIt, type PlainRange, parsePlainRange } from '../client/open/plain-range.ts';
import { addKeyCare } from './add-key-care.ts';
import { addOwnFiles } from './add-own-files.ts';
import { clientMemory } from './client-memory.ts';
import { find, list, stat } from './commands/browse.ts';
import { cat } from './commands/cat.ts';
import { applyCollection } from './commands/collection.ts';
import { get } from './commands/get.ts';
import { listLocks, lock, unlock } from './commands/lock.ts';
import { acl, grant, revoke } from './commands/permit.ts';
import { rewrap } from './commands/rewrap.ts';
import { status } from './commands/status.ts';
import { takeTicketsNow } from './commands/ticket.ts';
import { connect } from './connection.ts';
import { Ended } from './ended.ts';
import { exitCode } from './exit-code.ts';
import { instantOf } from './instant-of.ts';
import { type Output, type Reader, reportFailure, terminalOutput } from './output.ts';
import type { Action, Client, Local } from './runners.ts';
import { readSettings } from './settings.ts';

/** The `mdm` command line. */
export interface Program {
  /** Run one command; answers its exit code, and never rejects. */
  run(args: readonly string[]): Promise<number>;
}

const allRights = 'list,read,read-metadata';

/** Adds commands that run on the gateway's side; `asOperator`: failures from here on are for who runs it. */
export type AddServices = (
  program: Command,
  context: { readonly output: () => Output; readonly asOperator: () => void },
) => void;

/** Build it: the client's commands and `addServices`'. Each command connects only when it runs. */
export function createProgram(addServices?: AddServices): Program {
  const program = new Command('mdm')
    .description('Medical Data Manager: the images of hospital archives as files')
    .version(packageFile.version, '-V, --version')
    .option('--json', 'results and failures as JSON, one value a line')
    .option('--no-memory', 'neither compare with nor note what was seen of files before')
    .exitOverride()
    .configureHelp({ sortSubcommands: true });
  const flags = (): ProgramFlags => program.opts<ProgramFlags>();
  const wantsJson = (): boolean => flags().json === true;
  let reader: Reader = 'user';
  const client: Client = (action) => withConnection(action, flags());
  const local: Local = (action) =>
    untilInterrupt((signal) => action(terminalOutput(wantsJson()), signal));

  addBrowsing(program, client);
  addFetching(program, client);
  addRewrapping(program, client);
  const key = program.command('key').description('keys of your own; for operators, of all files');
  addOwnFiles(program, { key, client, local });
  addKeyCare(key, client);
  addPermissions(program, client);
  addCollections(program, client);
  addLocks(program, client);
  program
    .command('ticket')
    .description('ask the key servers for tickets and keep them, for a job without login')
    .option('--hours <hours>', 'how long they count', hoursOf, clientLimits.ticketHoursDefault)
    .action((options: { hours: number }) =>
      client((connection, output, signal) =>
        takeTicketsNow(connection, output, { ...options, signal }),
      ),
    );
  program
    .command('status')
    .description('how the installation is')
    .action(() => client(status));
  addServices?.(program, {
    output: () => terminalOutput(wantsJson()),
    asOperator: () => {
      reader = 'operator';
    },
  });
  return {
    async run(args) {
      try {
        await program.parseAsync([...args], { from: 'user' });
        return exitCode.ok;
      } catch (error) {
        if (error instanceof CommanderError)
          return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
        if (error instanceof Ended) {
          if (!wantsJson()) process.stderr.write(`mdm: ${error.message}\n`);
          return error.exitCode;
        }
        return reportFailure(error, { json: wantsJson(), reader });
      }
    },
  };
}

interface ProgramFlags {
  readonly json?: boolean;
  readonly memory: boolean;
}

function addBrowsing(program: Command, client: Client): void {
  program
    .command('ls [path]')
    .description('list a directory')
    .option('-l, --long', 'with sizes, times and where the bytes are')
    .action((path: string | undefined, options: { long?: boolean }) =>
      client((connection, output) =>
        list(connection, output, { path: path ?? '/', long: options.long === true }),
      ),
    );
  program
    .command('stat <path>')
    .description('all about one entry')
    .action((path: string) => client((connection, output) => stat(connection, output, path)));
  program
    .command('find [path]')
    .description('series by their metadata, such as --where Modality=CT --where "Rows>=256"')
    .option(
      '-w, --where <condition>',
      'Keyword=value; also != < <= > >= and ~ with * and ?',
      collect,
      [],
    )
    .action((path: string | undefined, options: { where: readonly string[] }) =>
      client((connection, output) =>
        find(connection, output, { under: path ?? '/', where: options.where }),
      ),
    );
}

interface GetFlags {
  readonly recursive?: boolean;
  readonly fromFind?: boolean;
  readonly where: readonly string[];
  readonly into?: string;
  readonly parallel: number;
  readonly sealed?: boolean;
  readonly force?: boolean;
  readonly quiet?: boolean;
}

const getHelp = `The target is a file or a folder; default: the current folder. \`-\` as a path is a list on
standard input, one path a line, as \`mdm find\` and \`mdm --json ls\` print it; directories in it are
fetched whole. Several files, directories and lists make a tree: below the target each file has its
whole path. What is there already and is verified is not fetched again.`;

function addFetching(program: Command, client: Client): void {
  program
    .command('get [paths...]')
    .usage('[options] <path>... [target]')
    .description('fetch files, verify and open them; the same command again continues')
    .option('-r, --recursive', 'directories: all that is listed below them')
    .option('--from-find', 'what `mdm find` finds below the paths')
    .option('-w, --where <condition>', 'with --from-find, as in `mdm find`', collect, [])
    .option('-t, --into <folder>', 'target folder; then all arguments are paths')
    .option('-p, --parallel <count>', 'files at a time', parallelOf, clientLimits.parallelDefault)
    .option('--sealed', 'keep .c4gh files as they are')
    .option('-f, --force', 'fetch again, and replace what is there')
    .option('-q, --quiet', 'no progress bar')
    .addHelpText('after', `\n${getHelp}`)
    .action((paths: readonly string[], { sealed, into, ...options }: GetFlags) =>
      client((connection, output, signal) =>
        get(connection, output, {
          ...options,
          paths,
          into,
          signal,
          keepSealed: sealed === true,
          recursive: options.recursive === true,
          fromFind: options.fromFind === true,
          force: options.force === true,
          quiet: options.quiet === true,
        }),
      ),
    );
  program
    .command('cat <path>')
    .description(
      'a file, or a part of it, to standard output; opened, and verified before it is shown',
    )
    .option(
      '--range <range>',
      'bytes A-B, A- or -N as in HTTP: from 0, both ends included',
      rangeOf,
    )
    .action((path: string, { range = allOfIt }: { range?: PlainRange }) =>
      client((connection, output, signal) => cat(connection, output, { path, range, signal })),
    );
}

interface RewrapFlags {
  readonly to: string;
  readonly of?: string;
  readonly output?: string;
  readonly force?: boolean;
  readonly quiet?: boolean;
}

const rewrapHelp = `The source is a path of the tree, or a file that \`mdm get --sealed\` kept, which is compared with
its receipt first. The header, in the place of the file's first 124 bytes, makes a file for any
Crypt4GH tool. It opens that file for ever: revoking rights does not reach it.`;

function addRewrapping(program: Command, client: Client): void {
  program
    .command('rewrap <source>')
    .description('make a header with which the holder of another Crypt4GH key opens a sealed file')
    .requiredOption('--to <file>', "the reader's public key, as Crypt4GH tools write it")
    .option('--of <path>', 'path in the tree of a kept file, where its place does not say it')
    .option('-o, --output <file>', "the header's file; default: the source's name and `.header`")
    .option('-f, --force', 'replace what is there')
    .option('-q, --quiet', 'no progress bar')
    .addHelpText('after', `\n${rewrapHelp}`)
    .action((source: string, { output: out, ...flags }: RewrapFlags) =>
      client((connection, output, signal) =>
        rewrap(connection, output, {
          source,
          of: flags.of,
          to: flags.to,
          out,
          force: flags.force === true,
          quiet: flags.quiet === true,
          signal,
        }),
      ),
    );
}

function addPermissions(program: Command, client: Client): void {
  const who = '`user:<subject>`, `group:<group>` or `authenticated`';
  program
    .command('acl <path>')
    .description('who may do what')
    .action((path: string) => client((connection, output) => acl(connection, output, path)));
  program
    .command('grant <path> <who>')
    .description(`give rights to ${who}; replaces what they had`)
    .option('-r, --rights <rights>', 'comma-separated', allRights)
    .option('--until <instant>', 'such as 2027-01-31T00:00:00Z', instantOf)
    .action((path: string, name: string, options: { rights: string; until?: number }) =>
      client((connection, output) =>
        grant(connection, output, {
          path,
          who: name,
          rights: options.rights.split(','),
          ...(options.until === undefined ? {} : { expiresMs: options.until }),
        }),
      ),
    );
  program
    .command('revoke <path> <who>')
    .description(`take all rights of ${who}, here and at the key servers`)
    .action((path: string, name: string) =>
      client((connection, output) => revoke(connection, output, { path, who: name })),
    );
}

function addCollections(program: Command, client: Client): void {
  const collection = program.command('collection').description('collections, for operators');
  collection
    .command('apply <name>')
    .description('hide what the collection does not show any more, however much that is')
    .action((name: string) =>
      client((connection, output) => applyCollection(connection, output, name)),
    );
}

function addLocks(program: Command, client: Client): void {
  program
    .command('lock [path]')
    .description('stop all disclosure at and below a path, for operators; nothing is erased')
    .option('--reason <text>', 'why, for other operators; no patient data')
    .option('--list', 'show what is locked instead')
    .action((path: string | undefined, { reason, list: isList }: LockFlags, command: Command) => {
      if (isList === true) return client(listLocks);
      if (path === undefined || reason === undefined)
        return command.error('error: mdm lock <path> --reason <text>, or mdm lock --list');
      return client((connection, output) => lock(connection, output, { path, reason }));
    });
  program
    .command('unlock <path>')
    .description('end the lock that was set exactly there, for operators')
    .action((path: string) => client((connection, output) => unlock(connection, output, path)));
}

interface LockFlags {
  readonly reason?: string;
  readonly list?: boolean;
}

/** Connect, act, close; what came of a file when it is interrupted is kept. */
async function withConnection(action: Action, { json, memory }: ProgramFlags): Promise<void> {
  const settings = readSettings(process.env);
  const kept = clientMemory(settings.state, { isWanted: memory });
  const connection = connect(settings, kept);
  const output = terminalOutput(json === true);
  try {
    await untilInterrupt((signal) => action(connection, output, signal));
  } finally {
    connection.close();
    const lack = kept.lack();
    if (lack !== undefined)
      output.note(`mdm: versions are not remembered (--no-memory says no more of it): ${lack}`);
  }
}

/** Act; an interrupt ends the action. */
async function untilInterrupt(action: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const abort = new AbortController();
  const interrupt = (): void => abort.abort(new Error('interrupted'));
  // The second one ends the process at once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupt);
  try {
    await action(abort.signal);
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    throw new Ended('stopped; the same command continues it', exitCode.interrupted, error);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, interrupt);
  }
}

function hoursOf(text: string): number {
  const hours = Number(text);
  if (/^\d{1,2}(?:\.\d{1,3})?$/.test(text) && hours > 0) return hours;
  throw new InvalidArgumentError('a number of hours, at most 12 of which count.');
}

function rangeOf(text: string): PlainRange {
  const range = parsePlainRange(text);
  if (range === undefined) throw new InvalidArgumentError('A-B, A- or -N.');
  return range;
}

function parallelOf(text: string): number {
  const count = Number(text);
  if (/^\d{1,2}$/.test(text) && count >= 1 && count <= clientLimits.parallelMax) return count;
  throw new InvalidArgumentError(`1 to ${clientLimits.parallelMax}.`);
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
