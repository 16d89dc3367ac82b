import { type Action, ROLES } from '../../control/authorisation.ts';
import { type DaemonCommand, done, EXIT, failed } from '../command.ts';
import { table } from '../terminal.ts';
import type { KeyRow } from './access-port.ts';

const administer = (): Action => 'administer-access';

const list: DaemonCommand = {
  name: 'access list',
  usage: '',
  summary: 'who may log in, with roles and public keys',
  examples: ['access list'],
  action: administer,
  run: async (desk) => done(desk.access.keys()),
  show: (data) =>
    table(
      ['name', 'role', 'public key'],
      (data as readonly KeyRow[]).map(({ name, role, key }) => [name, role, key]),
    ),
};

const add: DaemonCommand = {
  name: 'access add',
  usage: 'NAME ROLE KEY',
  summary: 'let somebody log in; `flyball key make` makes a key and shows its public half',
  examples: ['access add ann risk-officer 5qJc0sVAZ6kSrLkG8hlFQ1hQ0Eo3l9eLdk3fR2WmT1A'],
  action: administer,
  async run(desk, words, who) {
    const outcome = desk.access.change({ kind: 'add', words }, who.user);
    return outcome.ok ? done(outcome.value) : failed(EXIT.refused, `access add: ${outcome.error}`);
  },
  show: String,
  complete: (words) => (words.length === 2 ? [...ROLES] : []),
};

const remove: DaemonCommand = {
  name: 'access remove',
  usage: 'NAME',
  summary: 'let somebody log in no longer, from the next command on',
  examples: ['access remove ann'],
  action: administer,
  async run(desk, words, who) {
    const [name] = words;
    if (name === undefined || words.length !== 1) {
      return failed(EXIT.usage, 'access remove: wanted one name');
    }
    const outcome = desk.access.change({ kind: 'remove', name }, who.user);
    return outcome.ok
      ? done(outcome.value)
      : failed(EXIT.refused, `access remove: ${outcome.error}`);
  },
  show: String,
};

const role: DaemonCommand = {
  name: 'access role',
  usage: 'NAME ROLE',
  summary: 'give somebody another role, from the next command on; never oneself',
  examples: ['access role ann viewer'],
  action: administer,
  async run(desk, words, who) {
    const [name, wanted] = words;
    if (name === undefined || wanted === undefined || words.length !== 2) {
      return failed(EXIT.usage, `access role: wanted a name and one of ${ROLES.join(', ')}`);
    }
    const outcome = desk.access.change({ kind: 'role', name, role: wanted }, who.user);
    return outcome.ok ? done(outcome.value) : failed(EXIT.refused, `access role: ${outcome.error}`);
  },
  show: String,
  complete: (words) => (words.length === 2 ? [...ROLES] : []),
};

/** Who may log in: for admins, who do not trade. */
export const ACCESS_COMMANDS: readonly DaemonCommand[] = [list, add, remove, role];
