/**
 * Preloaded into a daemon: writes down on the machine's monotonic clock what the gate is asked and
 * what leaves, a line at once, so that it is there whatever happens to the daemon:
 *
 *   NS check null|REFUSAL CLIENT_ID    the last check of an order began then, and answered that
 *   NS closed CAUSE                    the gate was closed
 *   NS cancel-all                      the requests to cancel everything were handed to the socket
 *
 * Nothing of the daemon is replaced: gate and order entry answer as they do, and are only watched.
 */
import { openSync, writeSync } from 'node:fs';
import { Gate, type GateRefusal } from '../../../src/control/gate.ts';
import { OrderEntry } from '../../../src/venues/order-entry.ts';

const file = openSync(`${process.env['FLYBALL_CHECK_TIMES']}.${process.pid}`, 'a', 0o600);
let began = 0n;
let answer: GateRefusal | null = null;

const { check, close } = Gate.prototype;
Gate.prototype.check = function (question) {
  began = process.hrtime.bigint();
  answer = check.call(this, question);
  return answer;
};
Gate.prototype.close = function (cause) {
  close.call(this, cause);
  writeSync(file, `${process.hrtime.bigint()} closed ${cause}\n`);
};

const { place, cancelAll } = OrderEntry.prototype;
OrderEntry.prototype.place = function (order) {
  try {
    place.call(this, order);
  } finally {
    // What the lane is warmed with goes nowhere.
    const isReal = !order.clientId.startsWith('warm');
    if (isReal) writeSync(file, `${began} check ${answer} ${order.clientId}\n`);
  }
};
OrderEntry.prototype.cancelAll = function () {
  cancelAll.call(this);
  writeSync(file, `${process.hrtime.bigint()} cancel-all\n`);
};
