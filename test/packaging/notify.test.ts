/** The guard under a service manager that is played by a real socket, told by a real program. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { GUARD_STARTED_BY_DESK } from '../../src/control/guard/wire.ts';
import { nodeEnv, nodeTimers } from '../../src/core/node-env.ts';
import { openDataDirectory } from '../../src/storage/data-directory.ts';
import { lockFile } from '../../src/storage/directory-lock.ts';
import { nodeNet } from '../../src/venues/net.ts';
import { onPremises, type Premises } from '../support/process/premises.ts';
import { Program } from '../support/process/program.ts';
import { until } from '../support/process/until.ts';
import { must } from '../support/venue/fixtures.ts';

const LISTEN = `
import socket, sys
heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
heard.bind(sys.argv[1])
print('bound', flush=True)
while True: print(heard.recv(4096).decode(), flush=True)
`;

const absent = ['python3', 'systemd-notify'].filter(
  (program) => spawnSync(program, ['--version']).status !== 0,
);
if (absent.length > 0) {
  process.stdout.write(
    `\nSKIPPED: no ${absent.join(', ')}, so nobody is told that a guard lives\n`,
  );
}
const toldTest = absent.length > 0 ? test.skip : test;

/** What plays systemd, and what it has heard. */
async function aManager(premises: Premises) {
  const socket = join(premises.root, 'notify');
  const listener = spawn('python3', ['-c', LISTEN, socket], { stdio: ['ignore', 'pipe', 'pipe'] });
  const manager = { socket, heard: '', end: () => listener.kill() };
  listener.stdout.setEncoding('utf8').on('data', (text: string) => {
    manager.heard += text;
  });
  await until('a socket', () => manager.heard === 'bound\n');
  return manager;
}

function aGuard(premises: Premises, variables: Readonly<Record<string, string>>): Program {
  const words = ['guard', '--data-dir', premises.folder, '--guard-dir', premises.guardFolder];
  return new Program(words, false, variables);
}

toldTest(
  'a guard ahead of its first desk is ready, and its end is told',
  onPremises(async (premises) => {
    const manager = await aManager(premises);
    const guard = aGuard(premises, { NOTIFY_SOCKET: manager.socket });
    await until(
      'READY=1',
      () => manager.heard.includes('READY=1'),
      () => guard.story(),
    );
    guard.signal('SIGTERM');
    assert.is((await guard.end()).code, 0);
    await until('STOPPING=1', () => manager.heard.includes('STOPPING=1'));
    manager.end();
  }),
);

toldTest(
  'a guard that a desk has started feeds no watchdog of that desk',
  onPremises(async (premises) => {
    const manager = await aManager(premises);
    must(openDataDirectory(nodeEnv(nodeNet(nodeTimers)), premises.folder, lockFile)).release();
    const guard = aGuard(premises, {
      NOTIFY_SOCKET: manager.socket,
      [GUARD_STARTED_BY_DESK]: '1',
    });
    await guard.logged('listening');
    guard.signal('SIGTERM');
    await guard.end();
    assert.is(manager.heard, 'bound\n');
    manager.end();
  }),
);

test.run();
