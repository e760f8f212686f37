import type { CommandOutcome } from './command.ts';
import type { Demonstration, User } from './demonstration.ts';
import { principalOf } from './people.ts';

const collection = '/demo/teaching';
const sealedCollection = '/demo/trial';

/** Show the main job step by step; throws when a step does not do what it says. */
export async function tour(demo: Demonstration): Promise<void> {
  const guide = new Guide(demo);
  guide.say(
    'Running on this machine now: a DICOM archive (PACS) with a few small series; a gateway; three',
    'key servers. These four are processes with folders of their own. The archive gets queries and',
    'retrieves, as from any workstation; nothing was installed in it, and nothing copied yet.',
  );

  guide.title('1. What the archive holds appears as files');
  await guide.waitForListing();
  await guide.show('alice', ['ls', '-l', '/demo']);
  await guide.show('alice', ['find', collection, '--where', 'Modality=MR']);
  const brain = await guide.seriesWith(collection, 'Rows=64', 15);
  await guide.show('alice', ['ls', '-l', brain]);
  guide.say('NEARLINE: only the archive has it. A size that is not known is unknown, never 0.');

  guide.title('2. Reading a file becomes a DICOM retrieve: fetched, de-identified, sealed, served');
  const [slice = ''] = await guide.names(brain);
  await guide.show('alice', ['get', `${brain}/${slice}`, `${demo.folder}/slice.dcm`]);
  guide.say(
    'Bob asks for the same series as one volume. It is one only if its geometry proves it.',
  );
  await guide.show('bob', ['get', `${brain}/volume.nii.gz`, `${demo.folder}/brain.nii.gz`]);
  await guide.show('bob', ['ls', '-l', brain]);
  guide.say('What was read is staged now, encrypted, and its size is known.');
  guide.say('A series that a volume cannot show truthfully is refused, and the reason is named.');
  const uneven = await guide.seriesWith(collection, 'Modality=CT', 4);
  await guide.show('bob', ['get', `${uneven}/volume.nii`, demo.folder], { fails: true });

  guide.title('3. Who may not read learns nothing, not even that the file exists');
  await guide.show('carol', ['get', `${brain}/${slice}`, demo.folder], { fails: true });
  await guide.show('carol', ['ls', '/demo']);
  guide.say('(nothing is listed for Carol)');

  guide.title(
    '4. A sealed collection: the gateway never sends plaintext; the reader holds the key',
  );
  await demo.stopKeyServer('infrastructure');
  guide.say(
    'We stop the key server "infrastructure". Two of three are enough, to make a key and to open a',
    'file: Alice fetches two shares of it herself, straight from the other two.',
  );
  const sealedBrain = await guide.seriesWith(sealedCollection, 'Rows=64', 15);
  await guide.show('alice', ['get', `${sealedBrain}/volume.nii.c4gh`, `${demo.folder}/sealed.nii`]);
  await demo.startKeyServer('infrastructure');
  guide.say('The third key server runs again.');

  guide.title('5. One revocation, at every door and at every key server');
  const bob = principalOf('bob');
  await guide.show('alice', ['revoke', sealedCollection, bob]);
  await guide.show('bob', ['get', `${sealedBrain}/volume.nii.c4gh`, demo.folder], { fails: true });
  await guide.show('alice', ['acl', sealedCollection]);

  guide.title('Try it by hand');
  guide.hints(brain, sealedBrain);
}

/** Runs the commands of the tour and shows them as somebody would type them. */
class Guide {
  readonly #demo: Demonstration;

  constructor(demo: Demonstration) {
    this.#demo = demo;
  }

  say(...lines: readonly string[]): void {
    for (const line of lines) process.stdout.write(`${line}\n`);
  }

  title(text: string): void {
    this.say(`\n${text}\n${'-'.repeat(text.length)}`);
  }

  async show(
    user: User,
    args: readonly string[],
    options: { readonly fails?: boolean } = {},
  ): Promise<CommandOutcome> {
    this.say(`\n${user}$ mdm ${args.map(quoted).join(' ')}`);
    const outcome = await this.#demo.mdm(user, args);
    if (outcome.output !== '') this.say(outcome.output);
    const failed = outcome.exitCode !== 0;
    if (failed !== (options.fails === true)) {
      throw new Error(`"mdm ${args.join(' ')}" ended with exit code ${outcome.exitCode}`);
    }
    if (failed) this.say(`(exit code ${outcome.exitCode}, as it should)`);
    return outcome;
  }

  /** The gateway crawls the archive at its start; wait until its first series are listed. */
  async waitForListing(): Promise<void> {
    for (let tries = 0; tries < 100; tries += 1) {
      const { output } = await this.#demo.mdm('alice', ['--json', 'find', '/demo']);
      if (output.split('\n').filter((line) => line !== '').length > 10) return;
    }
    throw new Error('the archive did not appear in the tree');
  }

  /** The series of a collection that satisfies `condition` and has `count` instances. */
  async seriesWith(under: string, condition: string, count: number): Promise<string> {
    const { output } = await this.#demo.mdm('alice', ['--json', 'find', under, '-w', condition]);
    for (const line of output.split('\n')) {
      const { path } = JSON.parse(line) as { path: string };
      if ((await this.names(path)).filter((name) => name.startsWith('i-')).length === count) {
        return path;
      }
    }
    throw new Error(`no series of ${count} instances in ${under}`);
  }

  /** Names of the files in a directory. */
  async names(path: string): Promise<readonly string[]> {
    const { output } = await this.#demo.mdm('alice', ['--json', 'ls', path]);
    return output.split('\n').map((line) => (JSON.parse(line) as { name: string }).name);
  }

  hints(brain: string, sealedBrain: string): void {
    const { folder, gatewayUrl } = this.#demo;
    const settings = this.#demo.settingsOf('alice');
    this.say(`export MDM_SETTINGS=${settings}`);
    this.say('node bin/mdm.mjs ls -l /demo/teaching');
    this.say(`node bin/mdm.mjs get ${sealedBrain}/volume.nii.c4gh .`);
    this.say('node bin/mdm.mjs status');
    this.say(`curl -H "Authorization: Bearer $(cat ${folder}/alice.token)" ${gatewayUrl}${brain}/`);
    this.say(
      `In a browser: ${gatewayUrl}/demo/ (any user name; the password is what ${folder}/alice.token holds)`,
    );
  }
}

function quoted(text: string): string {
  return /^[A-Za-z0-9_./:=,-]+$/.test(text) ? text : `'${text}'`;
}
