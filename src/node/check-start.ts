import { refusePlainHttp } from '../listener/loopback.ts';
import { probeAddress } from '../listener/probe-address.ts';
import { makeDataFolder } from './secrets/data-folder.ts';
import { checkUnchangeable, readPrivateFile } from './secrets/private-file.ts';

interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** HTTP without TLS. */
  readonly isPlain: boolean;
}

/** What a service needs of its machine. Paths are absolute. */
export interface StartNeeds {
  /** Where it will listen, by the setting that says so. */
  readonly addresses: Readonly<Record<string, Endpoint | undefined>>;
  /** Files that nobody else may read or change. */
  readonly secrets: readonly string[];
  /** Files and folders that say whom it trusts. */
  readonly trusted: readonly string[];
  /** The folder that it keeps everything in. */
  readonly data: string;
}

/**
 * Refuse a start that would fail, or be unsafe, before anything is opened, made or changed; then
 * make the folder of its data.
 * @throws LISTENER_INSECURE_ADDRESS, LISTENER_ADDRESS_IN_USE, LISTENER_ADDRESS_UNAVAILABLE, CONFIG_SECRET_EXPOSED,
 *   CONFIG_UNREADABLE, CONFIG_INVALID
 */
export async function checkStart({ addresses, secrets, trusted, data }: StartNeeds): Promise<void> {
  for (const path of secrets) readPrivateFile(path).fill(0);
  for (const path of trusted) checkUnchangeable(path);
  for (const [setting, address] of Object.entries(addresses))
    if (address !== undefined) {
      if (address.isPlain) refusePlainHttp(address.host, setting);
      await probeAddress({ ...address, setting });
    }
  makeDataFolder(data);
}
