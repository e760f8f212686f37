/**
 * The one policy for what a test needs and the machine lacks: skip loudly, or fail with CI=true.
 *
 * @returns false when nothing is missing, else the reason: the value node:test takes as `skip`
 */
export function absent(missing: readonly string[]): string | false {
  if (missing.length === 0) return false;
  const reason = `absent: ${missing.join(', ')}`;
  if (process.env['CI'] === 'true')
    throw new Error(`${reason}; with CI=true nothing may be absent`);
  process.stderr.write(`SKIPPED, ${reason}\n`);
  return reason;
}
