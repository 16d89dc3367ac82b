#!/usr/bin/env node
import './ops/no-inspector.ts';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runCommandLine } from './commands/cli.ts';
import { EXIT } from './commands/command.ts';
import type { Launch } from './commands/local-command.ts';
import type { Terminal } from './commands/terminal.ts';
import { GUARD_STARTED_BY_DESK } from './control/guard/wire.ts';
import { nodeEnv, nodeTimers } from './core/node-env.ts';
import { nodeNet } from './venues/net.ts';

/** This program, as a child process runs it again. */
const PROGRAM = [process.execPath, '--enable-source-maps', fileURLToPath(import.meta.url)];

const version: string = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
).version;

const terminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isInteractive: process.stdout.isTTY === true && process.stdin.isTTY === true,
  hasColour: process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined,
  columns: process.stdout.columns ?? 80,
};

/** What runs a desk or a venue is loaded only when it is wanted: `status` starts in no time. */
const launch: Launch = {
  async start(options, on) {
    const { startDesk } = await import('./desk/run/launch.ts');
    return startDesk(options, PROGRAM, version, on);
  },
  async venue(options, on) {
    const { runVenue } = await import('./desk/venue/process.ts');
    return runVenue(options, on);
  },
  async guard(options, on) {
    const { runGuard } = await import('./guard.ts');
    const isSpawned = process.env[GUARD_STARTED_BY_DESK] === '1';
    const notifySocket = process.env['NOTIFY_SOCKET'];
    const ran = await runGuard({ ...options, isSpawned, notifySocket });
    if (ran.ok) return EXIT.done;
    on.err(`${ran.error.sentence}\n`);
    return ran.error.isHeld ? EXIT.refused : EXIT.failed;
  },
  async crash(options, on) {
    const { crash } = await import('./desk/simulate/crash/crash.ts');
    const { openGuardProcess } = await import('./guard/open-guard-process.ts');
    return crash(options, on, openGuardProcess);
  },
  async simulate(options, on) {
    const { simulate } = await import('./desk/simulate/simulate.ts');
    const { openGuardProcess } = await import('./guard/open-guard-process.ts');
    return simulate(options, on, openGuardProcess);
  },
  async measureStop(configFile, presses) {
    const { measureStop } = await import('./desk/hardware/measure/measure-stop.ts');
    return measureStop(configFile, presses, version);
  },
  async panel(folder, env) {
    const { panelHand } = await import('./desk/hardware/panel-hand.ts');
    return panelHand(folder, env);
  },
  async doctor(options, { env, terminal: on }) {
    const { nodeHost } = await import('./desk/doctor/host.ts');
    const { runDoctor } = await import('./desk/doctor/run-doctor.ts');
    return runDoctor(options, nodeHost(env), on);
  },
  async record(options, on) {
    const { runRecord } = await import('./desk/record/run-record.ts');
    return runRecord(options, PROGRAM, on);
  },
  async tune(options, { env, terminal: on }) {
    const { runTune } = await import('./desk/tune/run-tune.ts');
    return runTune(options, env.files, on);
  },
  async recorded(folder, { files }) {
    const { openRecordedDesk } = await import('./desk/proof/recorded-desk.ts');
    return openRecordedDesk(files, folder);
  },
};

const net = nodeNet(nodeTimers);
try {
  process.exitCode = await runCommandLine(process.argv.slice(2), {
    terminal,
    env: nodeEnv(net),
    version,
    variables: process.env,
    input: process.stdin,
    output: process.stdout,
    launch,
  });
} catch (thrown) {
  const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  terminal.err(`internal error: ${detail}\n`);
  process.exitCode = EXIT.crashed;
}
net.close();
// Whatever is still open has had its chance in the phases of the stop.
process.exit();
