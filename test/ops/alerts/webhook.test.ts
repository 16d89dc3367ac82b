import { createHmac } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HttpReply, NetFault } from '../../../src/core/env.ts';
import { err, ok, type Result } from '../../../src/core/result.ts';
import { rngOf } from '../../../src/core/rng.ts';
import { millisOf } from '../../../src/core/units.ts';
import type { Alert, AlertLevel } from '../../../src/ops/alerts/alert.ts';
import { QUEUE_MAX, type Webhook, WebhookQueue } from '../../../src/ops/alerts/webhook.ts';

const SECRET = Buffer.from('0123456789abcdef');
const NOW = millisOf(1_700_000_123_456);

const aWebhook = (attempts = 3): Webhook => ({
  settings: {
    url: 'https://alerts.example/hook?x=1',
    secretFile: '/keys/hook',
    timeoutMs: 700,
    attempts,
  },
  secret: SECRET,
  deskId: 'desk',
});

const anAlert = (id: number, level: AlertLevel = 'warning'): Alert => ({
  id,
  level,
  what: 'emergency',
  by: 'ada',
  text: 'wrong "prices"',
  at: millisOf(1_700_000_000_000),
});

const answered = (status: number): Result<HttpReply, NetFault> =>
  ok({ status, headers: {}, body: '' });
const random = rngOf(1);

test('a post is signed over its time and its body, and says all about the alert', () => {
  const queue = new WebhookQueue(aWebhook());
  assert.is(queue.request(NOW), null);
  queue.push(anAlert(41, 'critical'));
  const request = queue.request(NOW);
  assert.ok(request?.body !== undefined);
  assert.equal([request.method, request.timeoutMs], ['POST', 700]);
  assert.equal(JSON.parse(request.body), {
    desk: 'desk',
    id: 41,
    level: 'critical',
    what: 'emergency',
    by: 'ada',
    text: 'wrong "prices"',
    at: '2023-11-14T22:13:20.000Z',
  });
  const mac = createHmac('sha256', SECRET).update(`1700000123.${request.body}`).digest('hex');
  assert.equal(request.headers, {
    'content-type': 'application/json',
    'x-flyball-timestamp': '1700000123',
    'x-flyball-signature': `sha256=${mac}`,
  });
  assert.not(JSON.stringify(request).includes(SECRET.toString()));
});

test('a post that fails is tried again after longer and longer, so often and no more', () => {
  const queue = new WebhookQueue(aWebhook(3));
  queue.push(anAlert(1));
  queue.push(anAlert(2));
  const fault = err<NetFault>({ kind: 'timeout', url: 'u', detail: 'd' });
  const waits: number[] = [];
  for (const outcome of [fault, answered(503)]) {
    const tried = queue.onAnswer(outcome, random);
    assert.ok(tried.kind === 'again');
    waits.push(tried.afterMs);
  }
  assert.ok((waits[0] as number) >= 500 && (waits[0] as number) <= 1_000);
  assert.ok((waits[1] as number) >= 1_000 && (waits[1] as number) <= 2_000);
  const end = queue.onAnswer(answered(500), random);
  assert.equal([end.kind, end.kind === 'given-up' && end.alert.id], ['given-up', 1]);
  const next = queue.onAnswer(answered(204), random);
  assert.equal([next.kind, next.kind === 'delivered' && next.alert.id], ['delivered', 2]);
  assert.is(queue.length, 0);
});

test('a receiver that will never take it is not asked again, one that is busy is', () => {
  for (const [status, kind] of [
    [200, 'delivered'],
    [299, 'delivered'],
    [300, 'again'],
    [400, 'given-up'],
    [401, 'given-up'],
    [408, 'again'],
    [429, 'again'],
    [499, 'given-up'],
    [500, 'again'],
  ] as const) {
    const queue = new WebhookQueue(aWebhook());
    queue.push(anAlert(1));
    assert.is(queue.onAnswer(answered(status), random).kind, kind, String(status));
  }
});

test('a receiver that is down costs a bounded queue, critical ones last', () => {
  const queue = new WebhookQueue(aWebhook());
  queue.push(anAlert(1));
  queue.push(anAlert(2, 'critical'));
  for (let id = 3; id <= QUEUE_MAX; id += 1) assert.is(queue.push(anAlert(id)), null);
  assert.is(queue.push(anAlert(1_000))?.id, 3, 'the first may be under way, the second matters');
  assert.is(queue.length, QUEUE_MAX);
  const critical = new WebhookQueue(aWebhook());
  for (let id = 1; id <= QUEUE_MAX; id += 1) critical.push(anAlert(id, 'critical'));
  assert.is(critical.push(anAlert(1_000, 'critical'))?.id, 2);
});

test.run();
