import { Option } from 'commander';
import { boundHeap } from './bounded-heap.ts';
import type { AddServices } from './program.ts';

/** Commands of who runs a service. What they do is loaded only where one runs. */
export const addServices: AddServices = (program, services) => {
  program
    .command('serve')
    .description('run a gateway or a key server until it is told to stop')
    .requiredOption('-c, --config <file>', 'its configuration')
    .addOption(
      new Option('--role <role>', 'which service')
        .choices(['gateway', 'keyserver'])
        .default('gateway'),
    )
    .action(async (options: { config: string; role: 'gateway' | 'keyserver' }) => {
      boundHeap();
      services.asOperator();
      const { serve } = await import('./commands/serve.ts');
      await serve(options);
    });
  program
    .command('init')
    .description('make the keys of a gateway, and say which public ones the key servers enrol')
    .requiredOption('-c, --config <file>', 'its configuration')
    .action(async (options: { config: string }) => {
      services.asOperator();
      const { init } = await import('./commands/init.ts');
      await init(options, services.output());
    });
};
