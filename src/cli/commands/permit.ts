import type { AclAnswer } from '../../client/api/answers.ts';
import type { GrantRequest } from '../../client/api/mdm-api.ts';
import type { Connection } from '../connection.ts';
import { formatInstant } from '../format.ts';
import type { Output } from '../output.ts';
import { spreadLine } from '../spread-line.ts';

/** `mdm acl`: who may do what here. */
export async function acl(connection: Connection, output: Output, path: string): Promise<void> {
  const answer = await connection.api.acl(path);
  output.result(answer, aclLines(answer));
}

/** `mdm grant`. */
export async function grant(
  connection: Connection,
  output: Output,
  request: GrantRequest,
): Promise<void> {
  const answer = await connection.api.grant(request);
  output.result(answer, `granted; ${spreadLine(answer)}\n${aclLines(answer)}`);
}

/** `mdm revoke`: returns when no key server gives a share under the old list. */
export async function revoke(
  connection: Connection,
  output: Output,
  request: { readonly path: string; readonly who: string },
): Promise<void> {
  output.note('Waiting until every key server knows it, or answers nobody...');
  const answer = await connection.api.revoke(request);
  output.result(answer, `revoked; ${spreadLine(answer)}\n${aclLines(answer)}`);
  output.note('A key or a file that was fetched before cannot be called back.');
}

function aclLines(answer: AclAnswer): string {
  const lines = answer.entries.map(({ who, rights, expiresMs }) => {
    const until = expiresMs === undefined ? '' : `  until ${formatInstant(expiresMs)}`;
    return `  ${who}: ${rights.join(', ')}${until}`;
  });
  const head = `${answer.path}: policy ${answer.policyId}, version ${answer.version}`;
  return [head, ...lines].join('\n');
}
