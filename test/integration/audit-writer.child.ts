/** Records for ever, several at a time, and says what was acknowledged; its parent kills it. */
import { auditLimits, openAudit } from '../../src/audit/index.ts';

const [path = ''] = process.argv.slice(2);
const audit = await openAudit({
  path,
  headFile: `${path}.head`,
  limits: { ...auditLimits, fileBytesMax: 20_000 },
});
const record = async (requestId: string): Promise<void> => {
  await audit.record({ action: 'read', subject: 'x', outcome: 'success', requestId });
  process.stdout.write(`${requestId}\n`);
};
for (let round = 0; ; round += 1)
  await Promise.all([0, 1, 2, 3].map((index) => record(`${process.pid}-${round}-${index}`)));
