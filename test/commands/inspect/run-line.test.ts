import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EXIT } from '../../../src/commands/command.ts';
import { runDaemonCommand } from '../../../src/commands/daemon-commands.ts';
import type { Inspector } from '../../../src/commands/inspect/inspector.ts';
import { Interrupt, runLine } from '../../../src/commands/inspect/run-line.ts';
import { err, ok } from '../../../src/core/result.ts';
import type { RemoteSession } from '../../../src/remote/client.ts';
import { temporaryFolder } from '../../storage/temporary.ts';
import { aCommandWorld, aTerminal, aTestDesk } from '../../support/edge/command-world.ts';
import { aTestInspector, GOOD_HEALTH, HOP } from '../../support/edge/test-inspector.ts';
import type { ManualEnv } from '../../support/manual-env.ts';

/** A line on a desk of its own; time moves when the test says so. */
function aLine(
  line: string,
  parts: Partial<Inspector> & { readonly isInteractive?: boolean; readonly diesAt?: number } = {},
) {
  const { isInteractive = false, diesAt = Number.POSITIVE_INFINITY, ...inspector } = parts;
  const world = aCommandWorld({}, aTerminal({ isInteractive }));
  const desk = aTestDesk({ inspector: aTestInspector(inspector) });
  const ran: string[] = [];
  const session = {
    async run(words: readonly string[]) {
      ran.push(words.join(' '));
      if (ran.length >= diesAt) return err('the daemon closed the connection');
      return ok(await runDaemonCommand(desk, words, { user: 'ann', role: 'operator' }));
    },
  } as unknown as RemoteSession;
  const stop = new Interrupt();
  const ended = runLine({ session, isJson: false, around: world, stop }, line.split(' '));
  const env = world.env as unknown as ManualEnv;
  return { ran, stop, ended, written: world.terminal.written, env };
}

test('watch repeats a command as often as it is told', async () => {
  const { ran, ended, env, written } = aLine('watch 2 --times 3 health');
  await env.advance(10_000);
  assert.is(await ended, EXIT.done);
  assert.equal(ran, ['health', 'health', 'health']);
  assert.is(written.out.match(/^health +good$/gm)?.length, 3);
  assert.is(env.pendingTimers, 0);
});

test('watch waits as long as it is told, and Ctrl-C ends it at once', async () => {
  const { ran, stop, ended, env } = aLine('watch 5 health');
  await env.advance(0);
  await env.advance(4_999);
  assert.is(ran.length, 1);
  await env.advance(1);
  assert.is(ran.length, 2);
  assert.ok(stop.raise(), 'there was something to interrupt');
  assert.is(await ended, EXIT.interrupted);
  assert.not.ok(stop.raise(), 'now there is nothing any more');
  assert.is(env.pendingTimers, 0);
});

test('watch on a screen replaces what stood there, elsewhere it goes on below', async () => {
  const onScreen = aLine('watch 1 --times 2 health', { isInteractive: true });
  await onScreen.env.advance(1_000);
  assert.is(await onScreen.ended, EXIT.done);
  assert.is(onScreen.written.out.split('\u001b[H\u001b[2J').length, 2);
  const inPipe = aLine('watch 1 --times 2 health');
  await inPipe.env.advance(1_000);
  assert.not.match(inPipe.written.out, '\u001b');
});

test('a command that makes a file writes it where it was asked for', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'heat.html');
  const { ended, written } = aLine(`risk heatmap --html ${path}`);
  assert.is(await ended, EXIT.done);
  assert.match(written.out, /^kraken BTC\/USD/m);
  assert.is(written.err, `wrote ${path}\n`);
  assert.match(readFileSync(path, 'utf8'), /^<!doctype html>/);
});

test('a file that cannot be written is a failure that says so', async () => {
  const path = join(temporaryFolder(), 'no', 'such', 'heat.html');
  const { ended, written } = aLine(`risk heatmap --html ${path}`);
  assert.is(await ended, EXIT.failed);
  assert.match(written.err, /heat\.html: ENOENT/);
});

const wrong: [line: string, error: RegExp][] = [
  ['watch', /^watch: found nothing, wanted 0\.5 … 3600 seconds; as in `watch 2 status`$/m],
  ['watch 0 status', /^watch: found 0, wanted/],
  ['watch soon status', /^watch: found soon, wanted/],
  ['watch 2', /^watch: nothing: only commands that look can be watched/],
  ['watch 2 kill', /^watch: kill: only commands that look can be watched/],
  ['watch 2 actor kill trading/risk', /only commands that look can be watched/],
  ['watch 2 --times 0 status', /^watch: --times: found 0, wanted 1 … 100000/],
  ['watch 2 --times', /^watch: --times: found nothing/],
];
for (const [line, error] of wrong) {
  test(`\`${line}\` says what would be right`, async () => {
    const { ran, ended, written } = aLine(line);
    assert.is(await ended, EXIT.usage);
    assert.match(written.err, error);
    assert.equal(ran, []);
  });
}

test('a watch ends with the first failure, and with the daemon', async () => {
  const refused = aLine('watch 1 info nobody');
  assert.is(await refused.ended, EXIT.failed);
  const dying = aLine('watch 1 status', { diesAt: 2 });
  await dying.env.advance(1_000);
  assert.is(await dying.ended, EXIT.unreachable);
  assert.match(dying.written.err, /the daemon closed the connection/);
});

test('a trace is fetched until it is over, and shows what came meanwhile', async () => {
  let fetched = 0;
  const { ran, ended, env, written } = aLine('trace trading/risk --for 5s', {
    fetchTrace: () => {
      fetched += 1;
      return { records: fetched === 2 ? [HOP] : [], skipped: 0, isOver: fetched === 3 };
    },
  });
  await env.advance(10_000);
  assert.is(await ended, EXIT.done);
  assert.equal(ran, ['trace trading/risk --for 5s', ...Array(3).fill('trace --more 1')]);
  assert.match(written.out, /^7 {2}trading\/risk .*\ntrace 1 is over, 0 left out by its rate\n$/);
});

test('a trace that somebody interrupts is ended in the daemon too', async () => {
  const { ran, stop, ended, env } = aLine('trace trading/risk', {
    fetchTrace: () => ({ records: [], skipped: 0, isOver: false }),
  });
  await env.advance(250);
  stop.raise();
  assert.is(await ended, EXIT.interrupted);
  assert.equal(ran.slice(1), ['trace --more 1', 'trace --end 1']);
});

test('a feed that is followed asks for what is new until somebody ends it', async () => {
  const { ran, stop, ended, env } = aLine('events --follow --json');
  await env.advance(1_000);
  assert.equal(ran, ['events --follow', ...Array(2).fill('events --follow --since 1')]);
  stop.raise();
  assert.is(await ended, EXIT.interrupted);
});

test('help knows what the shell does itself, and the options of a command', async () => {
  assert.match(aLine('help').written.out, /^watch N \[--times K\] CMD +a command that looks/m);
  assert.match(aLine('help watch').written.out, /^examples\n {2}watch 2 status$/m);
  assert.match(aLine('help trace').written.out, /^ {2}--limit N +records, at most 1000/m);
});

test('--json behind a command is its alone, and each run is one line', async () => {
  const { ended, written, env } = aLine('watch 1 --times 2 heap --json');
  await env.advance(1_000);
  assert.is(await ended, EXIT.done);
  const lines = written.out.trimEnd().split('\n');
  assert.equal(
    lines.map((line) => JSON.parse(line).usedBytes),
    [1_048_576, 1_048_576],
  );
});

test('a failure that has figures shows both', async () => {
  const ill = { ...GOOD_HEALTH, isHealthy: false, complaints: ['the venue is gone'] };
  const { ended, written } = aLine('health', { health: async () => ill });
  assert.is(await ended, EXIT.failed);
  assert.match(written.out, /^health +not good$/m);
  assert.is(written.err, 'the venue is gone\n');
});

test.run();
