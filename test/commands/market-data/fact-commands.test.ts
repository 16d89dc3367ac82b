import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EXIT, findCommand } from '../../../src/commands/command.ts';
import { DAEMON_COMMANDS, runDaemonCommand } from '../../../src/commands/daemon-commands.ts';
import { aTestDesk } from '../../support/edge/command-world.ts';

const AT = Date.parse('2026-01-02T03:04:05.000Z');
const FIGURE = { subject: 'BTCUSDT', value: 0.0001, venueMs: AT, heardMs: AT + 1 };
const STATE = {
  figures: [
    { venue: 'binance', figure: 'funding-fraction', ...FIGURE },
    { venue: 'binance', figure: 'next-funding-ms', ...FIGURE, value: AT },
    { venue: 'kraken', ...FIGURE, subject: '', figure: 'status', value: 'online', venueMs: 0 },
  ],
  questions: [
    {
      ...{ venue: 'kraken', topic: 'venue-status', subject: '' },
      ...{ asked: 3, failed: 1, fault: 'status 503' },
    },
  ],
  heard: 9,
  forgotten: 0,
};

const asked = (line: string, state: unknown = STATE) =>
  runDaemonCommand(aTestDesk({ actorState: () => state }), line.split(' '), {
    user: 'ann',
    role: 'viewer',
  });

test('facts shows the latest of everything, and what is asked for it', async () => {
  const outcome = await asked('facts');
  assert.is(outcome.exitCode, EXIT.done);
  const text = findCommand(DAEMON_COMMANDS, ['facts'])?.command.show(outcome.data) ?? '';
  assert.match(text, /binance +BTCUSDT +funding-fraction +0\.0001 +2026-01-02T03:04:05\.000Z/);
  assert.match(text, /next-funding-ms +2026-01-02T03:04:05\.000Z/, 'a time is shown as one');
  assert.match(text, /kraken +- +status +online +2026-01-02T03:04:05\.001Z/);
  assert.match(text, /kraken +venue-status +- +3 +1 +status 503/);
  assert.match(text, /heard +9/);
});

test('one venue can be looked at alone', async () => {
  const outcome = await asked('facts kraken');
  const { figures, questions } = outcome.data as typeof STATE;
  assert.equal([figures.length, questions.length], [1, 1]);
});

test('a desk that asks nothing says why', async () => {
  const outcome = await asked('facts', null);
  assert.is(outcome.exitCode, EXIT.failed);
  assert.match(outcome.error ?? '', /no section `facts`/);
});

test.run();
