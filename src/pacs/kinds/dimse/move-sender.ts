import { type AddressBytes, parseAddress } from '../../../lib/address/address.ts';
import { type AddressRange, rangeHas } from '../../../lib/address/address-range.ts';
import type { Clock } from '../../../lib/clock.ts';
import { pacsErrors } from '../../errors.ts';
import { pacsLimits } from '../../limits.ts';
import type { Sender } from '../../receiver/index.ts';
import { resolveHost } from './resolve-host.ts';

/** Where a PACS sends from and what it calls itself. */
export interface MoveSenderOptions {
  readonly pacs: string;
  /** Where we reach it. */
  readonly host: string;
  readonly callingAeTitles: readonly string[];
  /** Undefined: the addresses of `host`, looked up when a retrieve starts. */
  readonly sendsFrom?: readonly AddressRange[] | undefined;
  readonly clock: Clock;
  readonly resolve?: (host: string) => Promise<readonly AddressBytes[]>;
}

/** A PACS as the one that a C-MOVE makes send to us. */
export class MoveSender implements Sender {
  readonly pacs: string;
  readonly callingAeTitles: readonly string[];
  readonly #options: MoveSenderOptions;
  #ranges: readonly AddressRange[];

  constructor(options: MoveSenderOptions) {
    this.pacs = options.pacs;
    this.callingAeTitles = options.callingAeTitles;
    this.#options = options;
    const literal = parseAddress(options.host);
    this.#ranges = options.sendsFrom ?? (literal === undefined ? [] : [rangeOf(literal)]);
  }

  isAt(remoteAddress: string): boolean {
    const address = parseAddress(remoteAddress);
    return address !== undefined && this.#ranges.some((range) => rangeHas(range, address));
  }

  /**
   * Look up the host's addresses. What was known stays where the name cannot be resolved now.
   * @throws MdmError `PACS_UNREACHABLE` where nothing is known
   */
  async refresh(): Promise<void> {
    const { host, sendsFrom } = this.#options;
    if (sendsFrom !== undefined || parseAddress(host) !== undefined) return;
    const found = await this.#resolveInTime(host);
    if (found.length > 0) this.#ranges = found.map(rangeOf);
    if (this.#ranges.length > 0) return;
    throw pacsErrors.create('PACS_UNREACHABLE', { message: 'its host name cannot be resolved' });
  }

  /** Nothing, where the resolver fails or does not answer. */
  async #resolveInTime(host: string): Promise<readonly AddressBytes[]> {
    const { clock, resolve = resolveHost } = this.#options;
    const { promise: late, resolve: giveUp } = Promise.withResolvers<readonly AddressBytes[]>();
    const timer = clock.schedule(pacsLimits.resolveMs, () => giveUp([]));
    try {
      return await Promise.race([resolve(host).catch(() => []), late]);
    } finally {
      timer.cancel();
    }
  }
}

function rangeOf(bytes: AddressBytes): AddressRange {
  return { bytes, prefixLength: bytes.length * 8 };
}
