/**
 * A hand at the simulated panel, as a process of its own: waits for a line on its input, presses,
 * and says on the machine's monotonic clock when the press was complete: `pressed NS`.
 *
 *   node press.js PANEL_FILE
 */
import { actOnPanel } from '../../../hardware/gpio/panel.ts';
import { nodeFiles } from '../../../src/core/node-files.ts';

const [file] = process.argv.slice(2) as [string];
process.stdin.once('data', () => {
  const pressed = actOnPanel(nodeFiles, file, 'press');
  const atNs = process.hrtime.bigint();
  if (!pressed.ok) throw new Error(pressed.error.detail);
  process.stdout.write(`pressed ${atNs}\n`);
  process.stdin.unref();
});
process.stdout.write('ready\n');
