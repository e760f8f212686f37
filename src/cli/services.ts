import { type Command, InvalidArgumentError, Option } from 'commander';
import { addCertificates } from './add-certificates.ts';
import { boundHeap } from './bounded-heap.ts';
import type { AddServices } from './program.ts';

/** Commands of who runs a service. What they do is loaded only where one runs. */
export const addServices: AddServices = (program, services) => {
  program
    .command('serve')
    .description('run a gateway or a key server until it is told to stop')
    .requiredOption('-c, --config <file>', 'its configuration')
    .addOption(roleOption())
    .action(async (options: ServiceFlags) => {
      boundHeap();
      services.asOperator();
      const { serve } = await import('./commands/serve.ts');
      await serve(options);
    });
  program
    .command('init')
    .description('make the keys of a service, and say who enrols which public ones')
    .requiredOption('-c, --config <file>', 'its configuration')
    .addOption(roleOption())
    .action(async (options: ServiceFlags) => {
      services.asOperator();
      const { init } = await import('./commands/init.ts');
      await init(options, services.output());
    });
  addAudit(program.command('audit').description('the record of who did what'), services);
  program
    .command('repair')
    .description('mend what a restore left apart')
    .command('feed')
    .description('end a fork of the policy feed, and say what it cost; the gateway is stopped')
    .requiredOption('-c, --config <file>', 'configuration of the gateway')
    .action(async (options: { config: string }) => {
      services.asOperator();
      const { repairFeed } = await import('./commands/repair-feed.ts');
      await repairFeed(options, services.output());
    });
  addCertificates(
    program.command('certificate').description('what key servers signed of an entry of the feed'),
    services,
  );
};

function addAudit(audit: Command, services: Parameters<AddServices>[1]): void {
  audit
    .command('verify [folder]')
    .description('check all of a record, also beside its service; or a copy of its folder')
    .option('-c, --config <file>', 'configuration of the service')
    .addOption(roleOption())
    .option('--anchor <count:digest>', 'a head noted elsewhere that it must hold', anchorOf, [])
    .action(async (folder: string | undefined, flags: VerifyFlags, command: Command) => {
      services.asOperator();
      const { config, role, anchor } = flags;
      const of = config === undefined ? folder && { folder } : { config, role };
      if (!of) return command.error('error: mdm audit verify --config <file>, or <folder>');
      const { verify } = await import('./commands/audit.ts');
      await verify(of, services.output(), anchor);
    });
  audit
    .command('accept')
    .description('let a service start on what is left of its record, as after a restore')
    .requiredOption('-c, --config <file>', 'configuration of the service; it must not be running')
    .addOption(roleOption())
    .requiredOption('--reason <text>', 'why, for other operators; no patient data')
    .action(async (options: ServiceFlags & { reason: string }) => {
      services.asOperator();
      const { accept } = await import('./commands/audit.ts');
      await accept(options, services.output());
    });
}

interface ServiceFlags {
  readonly config: string;
  readonly role: 'gateway' | 'keyserver';
}

const roleOption = (): Option =>
  new Option('--role <role>', 'which service').choices(['gateway', 'keyserver']).default('gateway');

interface VerifyFlags extends Partial<ServiceFlags> {
  readonly role: ServiceFlags['role'];
  readonly anchor: readonly Anchor[];
}

interface Anchor {
  readonly count: number;
  readonly digest: string;
}

/** As `mdm audit verify` prints the newest head. */
function anchorOf(text: string, before: readonly Anchor[]): readonly Anchor[] {
  const match = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text);
  if (match === null) throw new InvalidArgumentError('a number, a colon and 64 hex digits.');
  return [...before, { count: Number(match[1]), digest: match[2] ?? '' }];
}
