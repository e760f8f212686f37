import type { Connection } from '../connection.ts';
import type { Output } from '../output.ts';

/** `mdm collection apply`: hide what a collection does not show any more. */
export async function applyCollection(
  connection: Connection,
  output: Output,
  name: string,
): Promise<void> {
  const answer = await connection.api.applyCollection(name);
  const { collection, seriesHidden } = answer;
  output.result(answer, `${collection}: ${seriesHidden} series hidden`);
}
