/** The alerts of a desk, with the other end of the webhook in the test's hands. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type AlertsMessage, type AlertsView, alertsActor } from '../../../actors/edge/alerts.ts';
import { type Reply, refByPath } from '../../../actors/runtime/ref.ts';
import type { Mode } from '../../../src/control/gate.ts';
import { ok, type Result } from '../../../src/core/result.ts';
import { millisOf } from '../../../src/core/units.ts';
import type { AlertEvent } from '../../../src/ops/alerts/alert.ts';
import type { AlertRow } from '../../../src/ops/alerts/alert-board.ts';
import type { AlertMemory, JournaledAlertSource } from '../../../src/ops/alerts/alert-desk.ts';
import type { AlertSource } from '../../../src/ops/alerts/alert-rules.ts';
import { aFakeNet } from '../../support/actors/fake-net.ts';
import { aBranch } from '../../support/actors/listeners.ts';
import { aLog } from '../../support/actors/logs.ts';
import { aLane } from '../../support/lanes.ts';

const PATH = 'edge/alerts';
const NOTHING: AlertMemory = { kept: [], missed: [] };
const AT = millisOf(1_700_000_000_000);
const SETTINGS = { url: 'http://x/', secretFile: 'f', timeoutMs: 500, attempts: 2 };
const WEBHOOK = { settings: SETTINGS, secret: Buffer.from('s'), deskId: 'desk' };

async function someAlerts({ memory = NOTHING, mode = 'full-auto' as Mode } = {}) {
  const tested = aLane();
  const { lane, env } = tested;
  const { log, lines } = aLog();
  const { net, requests } = aFakeNet();
  const journaled: AlertEvent[] = [];
  let tell: (source: JournaledAlertSource) => void = () => {};
  const spec = () =>
    alertsActor({
      acknowledgeMs: 300_000,
      webhook: WEBHOOK,
      restore: async () => memory,
      listen(given) {
        tell = given;
      },
      journal: (event) => void journaled.push(event),
      mode: () => mode,
      net,
      log,
    });
  const heard = await aBranch(tested, { [PATH]: spec }, ['safety/control']);
  let sequence = 100;
  const happens = async (event: AlertSource): Promise<number> => {
    sequence += 1;
    tell({ sequence, event, at: AT });
    await env.settle();
    return sequence;
  };
  const acknowledge = async (id: number): Promise<Result<AlertRow, string>> => {
    const asked = lane.ask(
      refByPath<AlertsMessage>(PATH),
      (reply: Reply<Result<AlertRow, string>>) =>
        ({ kind: 'acknowledge', id, by: 'ada', reason: 'seen', reply }) as const,
      1_000,
    );
    await env.settle();
    return asked;
  };
  const view = (): AlertsView => {
    const seen = lane.view(PATH);
    assert.ok(seen.ok);
    return seen.value as AlertsView;
  };
  const control = heard['safety/control'] as unknown[];
  return { ...tested, control, happens, acknowledge, view, journaled, lines, requests };
}

const command = (text: string): AlertSource => ({
  kind: 'command-given',
  by: 'ada',
  command: text,
});

const mode = (from: Mode, to: Mode, by: string, reason: string): AlertSource => ({
  kind: 'mode-changed',
  from,
  to,
  requested: 'manual',
  by,
  reason,
  epoch: 1,
  machine: '{}',
  machineVersion: 1,
});

test('an intervention is told at once: journal, log, webhook', async () => {
  const { happens, journaled, lines, requests } = await someAlerts();
  const id = await happens(command('mode manual lunch'));
  const told = { id, level: 'notice', what: 'command-given', by: 'ada', text: 'mode manual lunch' };
  assert.equal(journaled, [{ kind: 'alert-raised', ...told }]);
  assert.ok(lines.some((line) => line.startsWith(`info ${PATH} alert`)));
  assert.is(JSON.parse(requests[0]?.request.body as string).id, id);
});

test('what a desk does by itself is not told', async () => {
  const { happens, journaled, requests } = await someAlerts();
  await happens(mode('manual', 'semi-auto', 'policy', 'nothing is wrong'));
  assert.equal([journaled, requests], [[], []]);
});

test('posts go one at a time, wait after a failure, and are given up some day', async () => {
  const { happens, requests, env, lines, view } = await someAlerts();
  await happens(command('a'));
  await happens(command('b'));
  assert.is(requests.length, 1, 'the second waits for the first');
  const answer = async (at: number, status: number): Promise<void> => {
    requests[at]?.answer(ok({ status, headers: {}, body: '' }));
    await env.settle();
  };
  await answer(0, 503);
  assert.is(requests.length, 1);
  await happens(command('c'));
  assert.is(requests.length, 1, 'a further alert does not cut the wait short');
  await env.advance(1_000);
  assert.is(requests.length, 2);
  assert.is(requests[1]?.request.body, requests[0]?.request.body);
  await answer(1, 503);
  assert.ok(lines.some((line) => line.startsWith(`error ${PATH} alert-not-posted`)));
  assert.is(requests.length, 3);
  await answer(2, 200);
  await answer(3, 200);
  assert.is(view().waiting, 0);
});

test('C36: a critical alert that nobody acknowledges lowers the mode, step by step', async () => {
  const { happens, control, env, acknowledge } = await someAlerts();
  const id = await happens(mode('full-auto', 'emergency', 'signal', 'SIGUSR2'));
  const asked = () => control.splice(0) as { kind: string; mode: string; reason: string }[];
  await env.advance(299_000);
  assert.equal(asked(), []);
  await env.advance(3_000);
  const [request, ...more] = asked();
  assert.equal([request?.kind, request?.mode, more.length], ['request-mode', 'semi-auto', 0]);
  assert.match(request?.reason as string, new RegExp(`^C36: alert ${id} waits for over 300 s$`));
  await env.advance(301_000);
  assert.is(asked().length, 1, 'and again after as long');
  assert.ok((await acknowledge(id)).ok);
  await env.advance(900_000);
  assert.equal(asked(), []);
});

test('nothing is below manual', async () => {
  const { happens, control, env, lines } = await someAlerts({ mode: 'manual' });
  await happens(mode('manual', 'emergency', 'ada', 'x'));
  await env.advance(302_000);
  assert.is(control.length, 0);
  assert.ok(lines.some((line) => line.startsWith(`error ${PATH} alert-unacknowledged`)));
});

test('whoever resets the emergency has acknowledged it', async () => {
  const { happens, journaled, view } = await someAlerts();
  const id = await happens(mode('full-auto', 'emergency', 'signal', 'SIGUSR2'));
  await happens(mode('emergency', 'manual', 'ada', 'prices are right'));
  const acknowledged = { id, by: 'ada', reason: 'reset: prices are right' };
  assert.equal(journaled[1], { kind: 'alert-acknowledged', ...acknowledged });
  assert.is(view().rows.find((row) => row.id === id)?.acknowledgedBy, 'ada');
});

test('an acknowledgement is journaled, and a wrong one says what would be right', async () => {
  const { happens, acknowledge, journaled } = await someAlerts();
  const id = await happens(mode('manual', 'emergency', 'ada', 'x'));
  const wrong = await acknowledge(5);
  assert.equal(wrong.ok ? '' : wrong.error, `found 5, wanted one of ${id}`);
  assert.ok((await acknowledge(id)).ok);
  assert.equal(journaled.at(-1), { kind: 'alert-acknowledged', id, by: 'ada', reason: 'seen' });
});

test('after a crash the board is as it was, and what was missed is told once', async () => {
  const raised = { level: 'critical', what: 'emergency', by: 'ada', text: 'x' } as const;
  const memory: AlertMemory = {
    kept: [
      { event: { kind: 'alert-raised', id: 3, ...raised }, at: AT },
      { event: { kind: 'alert-raised', id: 4, ...raised }, at: AT },
      { event: { kind: 'alert-acknowledged', id: 3, by: 'ada', reason: 'seen' }, at: AT },
    ],
    missed: [{ sequence: 9, event: command('missed'), at: AT }],
  };
  const { view, journaled, requests } = await someAlerts({ memory });
  assert.equal(
    view().rows.map(({ id, acknowledgedBy }) => [id, acknowledgedBy]),
    [
      [9, null],
      [4, null],
      [3, 'ada'],
    ],
  );
  assert.equal([journaled.length, requests.length], [1, 1]);
});

test('a control that does not answer is said in the log', async () => {
  const { happens, env, lines } = await someAlerts();
  await happens(mode('full-auto', 'emergency', 'signal', 'x'));
  await env.advance(310_000);
  assert.ok(lines.some((line) => line.startsWith(`error ${PATH} mode-not-lowered`)));
});

test.run();
