/**
 * `npm run chaos`: a desk trades at the simulated exchange while actors, sockets, the venue and
 * the daemon itself are killed at random; at the end everything is checked from outside.
 *
 *   npm run chaos -- [--minutes 10] [--seed S] [--json]
 *
 * Exit code 0 when everything held, 1 when something broke, 2 for wrong words.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Premises } from '../support/process/premises.ts';
import { Storm } from './daemon/storm.ts';
import { type Finding, verdictOn } from './daemon/verdict.ts';

const MINUTES = 10;
const MINUTES_MAX = 24 * 60;
const SEED_MAX = 2 ** 32;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: String(MINUTES) },
    seed: { type: 'string', default: String(randomInt(SEED_MAX)) },
    json: { type: 'boolean', default: false },
  },
});
const minutes = numberIn('minutes', values.minutes, MINUTES_MAX);
const seed = numberIn('seed', values.seed, SEED_MAX);

const premises = new Premises();
process.on('exit', () => premises.close());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

process.stderr.write(`chaos for ${minutes} min, --seed ${seed}\n`);
const storm = await Storm.gather(premises, {
  seconds: minutes * 60,
  seed,
  onBlow: (atSeconds, blow, detail) =>
    process.stderr.write(`${atSeconds.toFixed(1).padStart(7)} s  ${blow.padEnd(22)} ${detail}\n`),
});
try {
  await storm.rage();
} catch (thrown) {
  process.stderr.write(`${premises.story()}\n`);
  throw thrown;
}
const findings = await verdictOn(storm, premises);
const isWhole = findings.every(({ state }) => state !== 'broken');
process.stdout.write(values.json ? jsonOf(findings) : tableOf(findings));
if (!isWhole) process.stderr.write(`${premises.story()}\n`);
process.exit(isWhole ? 0 : 1);

function numberIn(name: string, text: string, max: number): number {
  const value = Number(text);
  if (value > 0 && value <= max) return value;
  process.stderr.write(`--${name}: found ${text}, wanted a number above 0, at most ${max}\n`);
  process.exit(2);
}

function jsonOf(findings: readonly Finding[]): string {
  const { exits, starts, resets, tallies } = storm;
  const blows = Object.fromEntries(tallies);
  return `${JSON.stringify({ minutes, seed, starts, exits, resets, blows, findings }, null, 2)}\n`;
}

function tableOf(findings: readonly Finding[]): string {
  const blows = [...storm.tallies].map(
    ([name, { struck, missed }]) =>
      `${name.padEnd(24)}${String(struck).padStart(6)}${String(missed).padStart(8)}`,
  );
  const found = findings.map(
    ({ name, state, detail }) => `${state.padEnd(8)}${name}${detail === '' ? '' : ` (${detail})`}`,
  );
  return [
    `${'blow'.padEnd(24)}struck  missed`,
    ...blows,
    `${storm.starts} starts, ${storm.resets} resets, exit codes ${JSON.stringify(storm.exits)}`,
    '',
    ...found,
    '',
  ].join('\n');
}
