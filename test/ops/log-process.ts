/** Writes a few lines to the log and ends at once, as a crash would. */
import { logTo, silentLog } from '../../src/ops/log.ts';

const log = logTo(process.argv[2] === 'err' ? 'stderr' : 'stdout', 'info');
log('debug', 'a', 'unseen');
log('info', 'trading/risk', 'started', { incarnation: 1 });
log.setLevel('error');
log('warn', 'a', 'unseen');
log('fatal', 'safety/audit', 'disk-full');
silentLog()('fatal', 'a', 'unseen');
silentLog().setLevel('debug');
process.kill(process.pid, 'SIGKILL');
