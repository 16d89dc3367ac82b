import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { SystemdNotifier } from '../../hardware/watchdog/systemd.ts';
import { err, ok } from '../../src/core/result.ts';
import { NOTICE_MS, noticeService } from '../../src/guard/service-notice.ts';
import { aLog } from '../support/actors/logs.ts';
import { manualEnv } from '../support/manual-env.ts';

function aNotice(socket: string | undefined) {
  const env = manualEnv();
  const { log, lines } = aLog();
  const said: string[] = [];
  const fault = { kind: 'failed', detail: 'systemd-notify ended with 1' } as const;
  const notify: SystemdNotifier['notify'] = (state, done) => {
    said.push(state);
    done(state === 'WATCHDOG=1' ? err(fault) : ok(undefined));
  };
  return { env, lines, said, notice: noticeService(socket, env.timers, log, notify) };
}

test('systemd hears that the guard is ready, lives, and ends in order', async () => {
  const { env, said, lines, notice } = aNotice('/run/systemd/notify');
  await env.advance(0);
  assert.equal(said, ['READY=1']);
  await env.advance(2 * NOTICE_MS);
  assert.equal(said, ['READY=1', 'WATCHDOG=1', 'WATCHDOG=1']);
  assert.match(lines.join('\n'), 'service-not-told');
  await notice.end();
  await env.advance(5 * NOTICE_MS);
  assert.equal(said.slice(3), ['STOPPING=1']);
});

test('where no service manager listens nobody is told', async () => {
  const { env, said, notice } = aNotice(undefined);
  await env.advance(5 * NOTICE_MS);
  await notice.end();
  assert.equal(said, []);
});

test('without a word about how, the program of systemd is run', async () => {
  const { log, lines } = aLog();
  const env = manualEnv();
  const notice = noticeService('/nowhere/notify', env.timers, log);
  await notice.end();
  assert.match(lines.join('\n'), 'service-not-told');
});

test.run();
