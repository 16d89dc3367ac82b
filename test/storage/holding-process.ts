/** Opens a data directory, says how that went, and holds it until it is killed. */
import { spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { nodeEnv } from '../../src/core/node-env.ts';
import { directoryFaultText, openDataDirectory } from '../../src/storage/data-directory.ts';
import { lockFile } from '../../src/storage/directory-lock.ts';

const path = process.argv[2] as string;
const opened = openDataDirectory(nodeEnv(null as never), path, lockFile);
if (opened.ok) {
  const boot = opened.value.nextBoot();
  // A child that outlives its parent must not keep the lock.
  const child = spawn('sleep', ['60'], { stdio: 'ignore', detached: true });
  child.unref();
  writeSync(1, `${JSON.stringify({ boot, deskId: opened.value.deskId, child: child.pid })}\n`);
  setInterval(() => {}, 60_000);
} else {
  writeSync(1, `${JSON.stringify({ fault: directoryFaultText(opened.error) })}\n`);
}
