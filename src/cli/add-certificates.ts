import { type Command, InvalidArgumentError } from 'commander';
import type { AddServices } from './program.ts';

interface VerifyFlags {
  readonly config?: string;
  readonly feedKey?: string;
  readonly server: readonly ServerKey[];
  readonly threshold: number;
}

interface ServerKey {
  readonly name: string;
  readonly file: string;
}

/** What key servers signed of a revocation, a lock or a withdrawal. */
export function addCertificates(certificate: Command, services: Parameters<AddServices>[1]): void {
  certificate
    .command('show <entry>')
    .description('as JSON, from the store of the gateway; the change told its number')
    .requiredOption('-c, --config <file>', 'configuration of the gateway')
    .action(async (entry: string, { config }: { config: string }) => {
      services.asOperator();
      const { showCertificate } = await import('./commands/certificate.ts');
      await showCertificate(services.output(), { config, seq: numberOf(entry) });
    });
  certificate
    .command('verify <file>')
    .description('check it, asking nobody: by the keys of a gateway, or those named')
    .option('-c, --config <file>', 'configuration of the gateway')
    .option('--feed-key <file>', 'or: public key of the policy feed')
    .option('--server <name=file>', 'public signing key of a key server; each of all', keyOf, [])
    .option('--threshold <count>', 'how many shares give a key', numberOf, 2)
    .action(async (file: string, flags: VerifyFlags, command: Command) => {
      services.asOperator();
      const { config, feedKey, server: servers, threshold } = flags;
      const commands = await import('./commands/certificate.ts');
      if (config === undefined && (feedKey === undefined || servers.length < threshold))
        return command.error('error: --config, or --feed-key and a --server for each key server');
      const trust =
        config === undefined
          ? commands.trustOfKeys({ feedKey: feedKey ?? '', servers, threshold })
          : commands.trustOfConfig(config);
      return commands.verifyCertificateFile(services.output(), { file, trust });
    });
}

function numberOf(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('a number from 1 on.');
}

function keyOf(text: string, before: readonly ServerKey[]): readonly ServerKey[] {
  const [, name, file] = /^([a-z0-9-]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || file === undefined) throw new InvalidArgumentError('name=file.');
  return [...before, { name, file }];
}
