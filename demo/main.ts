import { parseArgs } from 'node:util';
import { Demonstration } from './demonstration.ts';
import { tour } from './tour.ts';

const { values } = parseArgs({
  options: { once: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
});

if (values.help) {
  process.stdout.write(
    'npm run demo [-- --once]   show the main job; --once ends after the tour\n',
  );
} else {
  const demonstration = await Demonstration.start();
  try {
    await tour(demonstration);
    if (!values.once) {
      process.stdout.write('\nStill serving. Ctrl-C ends it and removes its data.\n');
      await new Promise<void>((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
      });
    }
  } catch (error) {
    process.stderr.write(`\nThe demonstration failed: ${String(error)}\n`);
    process.exitCode = 1;
  } finally {
    await demonstration.stop();
  }
}
