import { generateKeyPairSync } from 'node:crypto';
import { reasonOf } from '../../core/result.ts';
import { KEY_NAME, keyText } from '../../ops/access/authorised-keys.ts';
import { EXIT } from '../command.ts';
import { JSON_OUTPUT, usage } from '../launch-commands.ts';
import type { LocalCommand } from '../local-command.ts';
import { answer } from '../terminal.ts';

/** `key make`: a key pair of one's own, whose private half never leaves this machine. */
export const keyMakeCommand: LocalCommand = {
  name: 'key make',
  usage: 'NAME FILE',
  summary: 'make an Ed25519 key for the shell; an admin adds its public half with `access add`',
  examples: ['flyball key make ann ~/.flyball-ann.pem'],
  options: { json: JSON_OUTPUT },
  async run(words, around) {
    const { env, terminal } = around;
    const [name, file] = words.positionals;
    if (name === undefined || file === undefined || words.positionals.length !== 2) {
      return usage(around, 'key make: wanted a name and a file');
    }
    if (!KEY_NAME.test(name)) {
      return usage(around, `key make: found the name ${name}, wanted a-z, 0-9 and -`);
    }
    try {
      if (env.files.read(file) !== null) {
        terminal.err(`${file}: found a file, wanted a new name: a key is never overwritten\n`);
        return EXIT.failed;
      }
      const { publicKey, privateKey } = generateKeyPairSync('ed25519');
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
      env.files.replace(file, Buffer.from(pem));
      const made = { name, file, key: keyText(publicKey) };
      answer(terminal, words.flag('json'), made, () => `access add ${name} ROLE ${made.key}`);
      return EXIT.done;
    } catch (thrown) {
      terminal.err(`${file}: ${reasonOf(thrown)}\n`);
      return EXIT.failed;
    }
  },
};
