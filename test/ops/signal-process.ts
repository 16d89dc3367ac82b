/** Takes SIGUSR1 twice: before and after somebody has said what it is to do. */
import '../../src/ops/no-inspector.ts';
import { onTreeSignal } from '../../src/ops/no-inspector.ts';

const idle = setInterval(() => {}, 1_000);
// The one that comes second tells that the first has been taken.
process.once('SIGUSR2', () => {
  onTreeSignal(() => {
    process.stdout.write('the tree\n');
    clearInterval(idle);
  });
  process.kill(process.pid, 'SIGUSR1');
});
process.kill(process.pid, 'SIGUSR1');
process.kill(process.pid, 'SIGUSR2');
