import { EXIT } from '../command.ts';
import { CONFIG, JSON_OUTPUT, PAPER_CONFIG, usage } from '../launch-commands.ts';
import type { LocalCommand } from '../local-command.ts';
import { answer, table } from '../terminal.ts';
import { PRESSES_MAX, type StopMeasurement } from './measure-port.ts';

const PRESSES = 10;

/** `estop measure`: how long this host takes from the edge to each thing that has to follow. */
export const measureCommand: LocalCommand = {
  name: 'estop measure',
  usage: '',
  summary: 'press the stop of paper desks made for it, on the driver in use, and time everything',
  examples: ['flyball estop measure', 'flyball estop measure --presses 100 --json'],
  options: {
    config: CONFIG,
    presses: {
      type: 'string',
      value: 'N',
      help: `how often, with an idle and with a blocked loop each (default ${PRESSES})`,
    },
    json: JSON_OUTPUT,
  },
  async run(words, around) {
    const { terminal, launch } = around;
    const text = words.text('presses') ?? String(PRESSES);
    const presses = /^\d{1,4}$/.test(text) ? Number(text) : 0;
    if (presses < 1 || presses > PRESSES_MAX) {
      return usage(around, `--presses: found ${text}, wanted 1 … ${PRESSES_MAX}`);
    }
    if (terminal.isInteractive)
      terminal.err('each press is a desk of its own: some seconds each\n');
    const measured = await launch.measureStop(words.text('config') ?? PAPER_CONFIG, presses);
    if (!measured.ok) {
      terminal.err(`estop measure: ${measured.error}\n`);
      return EXIT.failed;
    }
    answer(terminal, words.flag('json'), measured.value, (data) => show(data as StopMeasurement));
    return EXIT.done;
  },
};

function show({ driver, presses, rows }: StopMeasurement): string {
  const lines = table(
    ['event loop', 'from the edge to', 'count', 'p50 µs', 'p99 µs', 'max µs'],
    rows.map((row) => [
      ...[row.load, row.reaction, row.count],
      ...[row.p50Us, row.p99Us, row.maxUs].map((us) => us?.toFixed(1) ?? null),
    ]),
  );
  return `${driver}, ${presses} presses each; measured, not promised\n${lines}`;
}
