import * as assert from 'uvu/assert';
import { until } from '../process/until.ts';
import {
  type Evidence,
  leftTooLate,
  resting,
  restingAt,
  socketsAt,
  tooLate,
  unchecked,
} from './evidence.ts';
import type { KillScenario } from './scenario.ts';

/**
 * Waits until nothing rests after a press, and holds what every stop has to: no byte of an order
 * whose check began after the edge, everything cancelled, and that over the sockets that the orders
 * went by, which stay open for it.
 */
export async function assertStopped(
  { premises, evidence: read }: Pick<KillScenario, 'premises' | 'evidence'>,
  edgeNs: bigint,
): Promise<Evidence> {
  await until('an empty book', () => resting(read()).length === 0);
  const evidence = read();
  assert.ok(restingAt(evidence, edgeNs).length > 0, 'something rested');
  assert.equal(tooLate(evidence, edgeNs), [], 'no order that was checked after the edge is taken');
  assert.equal(leftTooLate(evidence, edgeNs), [], 'no byte of one has left');
  assert.equal(unchecked(evidence), [], 'no order that passed no check');
  assert.equal(await premises.account().openOrders(), [], 'nothing rests');
  const atEdge = socketsAt(evidence, edgeNs);
  assert.is(atEdge.length, 1, 'orders leave by one socket');
  const cancels = evidence.frames.filter(({ what, atNs }) => what === 'cancelled' && atNs > edgeNs);
  assert.ok(cancels.length > 0, 'the daemon has cancelled');
  assert.ok(
    cancels.every(({ socket }) => atEdge.includes(socket)),
    'by the socket of the orders',
  );
  assert.equal(socketsAt(evidence, process.hrtime.bigint()), atEdge, 'which is open to the end');
  return evidence;
}
