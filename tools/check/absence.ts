import { testData } from '../../test/support/data.ts';
import { findTool, hasPythonModule, toolPackages } from '../../test/support/require-tool.ts';

/** Optional parts of the machine that are not there, as lines for a person. */
export function findAbsent(): readonly string[] {
  const lines = toolPackages().flatMap(({ name, commands }) => {
    const missing = commands.filter((command) => findTool(command) === undefined);
    return missing.length === 0 ? [] : [`${name}: ${missing.join(', ')}`];
  });
  for (const module of ['pydicom', 'numpy', 'cryptography', 'gfal2'])
    if (!hasPythonModule(module)) lines.push(`python3-${module}`);
  if (testData('series') === undefined) lines.push('MDM_TEST_DATA: the full test data');
  return lines;
}

/** Say on standard error what is absent and what that means. */
export function printAbsent(): void {
  const lines = findAbsent();
  if (lines.length === 0) return;
  const consequence =
    process.env['CI'] === 'true'
      ? 'With CI=true that is a failure.'
      : 'Tests that need them are SKIPPED; `.ci/run` installs the packages (Debian).';
  process.stderr.write(
    `Absent here:\n${lines.map((line) => `  ${line}\n`).join('')}${consequence}\n\n`,
  );
}
