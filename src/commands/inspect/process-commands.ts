import { type DaemonCommand, done, EXIT, failed } from '../command.ts';
import { parseDuration } from '../local-command.ts';
import { pairs } from '../terminal.ts';
import { inspectCommand } from './inspect-command.ts';
import type { HealthReport, HeapReport, LagReport } from './inspector.ts';

const LAG_WINDOW_MS = 1_000;
const PROFILE_MS = 10_000;
const PROFILE_MS_MAX = 30_000;
const MIB = 1_048_576;

export const health = inspectCommand({
  name: 'health',
  usage: '',
  summary: 'whether anything is wrong; the exit code is 1 when it is',
  examples: ['health', 'health --json'],
  async run(desk) {
    const data = await desk.inspector.health();
    if (data.isHealthy) return done(data);
    return { exitCode: EXIT.failed, data, error: data.complaints.join('\n') };
  },
  show(data) {
    const report = data as HealthReport;
    return pairs([
      ['health', report.isHealthy ? 'good' : 'not good'],
      ['mode', report.mode],
      ['gate', report.gate.length === 0 ? 'open' : `closed: ${report.gate.join(', ')}`],
      ['actors', report.actors],
      ['suspended', report.suspended.join(', ') || 'none'],
      ['restarts', report.restarts],
      ['dead letters', report.deadLetters],
      ['journal', `${report.journalSequence}, ${report.journalBehind} not in the store yet`],
    ]);
  },
});

const lag = inspectCommand({
  name: 'lag',
  usage: '',
  summary: 'delay and utilisation of the event loop, looked at for a second',
  examples: ['lag'],
  run: async (desk) => done(await desk.inspector.lag(LAG_WINDOW_MS)),
  show(data) {
    const report = data as LagReport;
    return pairs([
      ['utilisation', `${(report.utilisation * 100).toFixed(1)} %`],
      ['delay, mean', `${report.delayMeanMs.toFixed(2)} ms`],
      ['delay, p99', `${report.delayP99Ms.toFixed(2)} ms`],
      ['delay, max', `${report.delayMaxMs.toFixed(2)} ms`],
    ]);
  },
});

const heap = inspectCommand({
  name: 'heap',
  usage: '',
  summary: 'memory of the daemon',
  examples: ['heap', 'heap --json'],
  run: (desk) => done(desk.inspector.heap()),
  show(data) {
    const report = data as HeapReport;
    const mib = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MiB`;
    return pairs([
      ['used', mib(report.usedBytes)],
      ['heap', mib(report.totalBytes)],
      ['limit', mib(report.limitBytes)],
      ['external', mib(report.externalBytes)],
      ['resident', mib(report.residentBytes)],
    ]);
  },
});

/** An entry of its own, because it asks for another right and is recorded, which a look is not. */
const snapshot = inspectCommand({
  name: 'heap --snapshot',
  usage: '',
  summary: 'write all of the memory into the data directory; the lane stands still meanwhile',
  examples: ['heap --snapshot'],
  action: () => 'administer-actor',
  run(desk, _words, who) {
    // Memory holds keys; until roles have a class of their own for this, the name is asked.
    if (who.role !== 'admin') return failed(EXIT.refused, `heap: ${who.role} may not; admin may`);
    const written = desk.inspector.heapSnapshot();
    return written.ok ? done(written.value) : failed(EXIT.refused, `heap: ${written.error}`);
  },
  show: String,
});

const profile = inspectCommand({
  name: 'profile cpu',
  usage: '[10s]',
  summary: 'profile the daemon and write a .cpuprofile into the data directory; at most 30s',
  examples: ['profile cpu', 'profile cpu 5s'],
  action: () => 'administer-actor',
  words: [0, 1],
  async run(desk, { positionals: [text] }) {
    const durationMs = text === undefined ? PROFILE_MS : parseDuration(text);
    if (durationMs === null || durationMs > PROFILE_MS_MAX) {
      return failed(EXIT.usage, `profile cpu: found ${text}, wanted a duration up to 30s`);
    }
    const written = await desk.inspector.cpuProfile(durationMs);
    return written.ok ? done(written.value) : failed(EXIT.refused, `profile cpu: ${written.error}`);
  },
  show: String,
});

export const PROCESS_COMMANDS: readonly DaemonCommand[] = [health, lag, heap, snapshot, profile];
