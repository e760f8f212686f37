import { readListRequest, readUpkeepRequest } from '../../keys/index.ts';
import type { KeyServerCore } from '../key-server-core.ts';
import { blind } from './blind.ts';
import { deal } from './deal.ts';
import { listKeys } from './list-keys.ts';
import { take } from './take.ts';

/** Answers a request whose body a gateway signed. */
export type SignedAnswer = (body: unknown) => Promise<unknown>;

/** What a gateway may order key servers to do with their shares, by the name of the step. */
export function upkeepAnswers(
  core: KeyServerCore,
): Readonly<Record<'list' | 'deal' | 'blind' | 'take', SignedAnswer>> {
  return {
    list: (body) => listKeys(core, readListRequest(body).list),
    deal: (body) => deal(core, readUpkeepRequest(body).order),
    blind: (body) => blind(core, readUpkeepRequest(body)),
    take: (body) => take(core, readUpkeepRequest(body)),
  };
}
